// The page of one step: shows what a due date or a timer comes to without leaving the page. The
// button does the same by a request of its own where this does not run.

import { post } from "./draft_requests.js";

const line = (text, look = "") => {
  const paragraph = document.createElement("p");
  paragraph.className = `govuk-body-s ${look}`.trim();
  paragraph.textContent = text;
  return paragraph;
};

const lines = ({ text, examples = [], problem }) => {
  if (problem) return [line(problem, "shown-date__wrong")];
  const reasons = [...new Set(examples.map((one) => one.reason).filter(Boolean))];
  return [line(text), ...(reasons.length ? [line(reasons.join(" "), "shown-date__why")] : [])];
};

const show = async (form, id) => {
  const place = form.querySelector(`[data-date-of="${id}"]`);
  const asked = document.getElementById(id).value;
  const { ok, body, message } = await post(form.dataset.due, { expression: asked });
  if (document.getElementById(id).value !== asked) return;
  place.replaceChildren(...(ok ? lines(body) : [line(message, "shown-date__wrong")]));
};

for (const form of document.querySelectorAll("form[data-step]")) {
  for (const button of form.querySelectorAll("[data-show-date]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      show(form, button.dataset.showDate);
    });
  }
}
