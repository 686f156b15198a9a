// Text of a draft: keeps it as somebody types, says what is wrong by line, and shows it beside.
//
//   <form data-text-editor data-save="/…" data-check="/…" data-preview="/… or empty"
//         data-path="forms/letters/review.md">  with [name=version], [name=content], [data-said]
//
// Without this script the same form is sent with its button. A text that could not be kept stays
// in its box, and what to do is said beside it.

import { post } from "./draft_requests.js";

const PAUSE_BEFORE_CHECK = 700;
const PAUSE_BEFORE_SAVE = 3000;
const OVERTAKEN = 409;

const edit = (form) => {
  const box = form.elements.content;
  const said = form.querySelector("[data-said]");
  const state = { saved: box.value, busy: false, blocked: false, asked: 0 };

  const say = (text, isWrong = false) => {
    said.textContent = text;
    said.classList.toggle("writer__said--wrong", isWrong);
  };
  const isChanged = () => box.value !== state.saved;

  const look = async () => {
    const asked = ++state.asked;
    const content = box.value;
    const [checked, preview] = await Promise.all([
      post(form.dataset.check, { content }),
      form.dataset.preview ? post(form.dataset.preview, { content }) : null,
    ]);
    if (asked !== state.asked) return;
    if (checked.ok) showFindings(checked.body.findings.filter(isHere(form)));
    if (preview?.ok) document.querySelector("[data-preview-here]").innerHTML = preview.text;
  };

  const save = async ({ byHand }) => {
    if (state.busy || (state.blocked && !byHand)) return;
    state.busy = true;
    const content = box.value;
    say("Saving…");
    const answer = await post(form.dataset.save, { content, version: Number(form.elements.version.value) });
    state.busy = false;
    if (answer.ok) {
      state.saved = content;
      state.blocked = false;
      form.elements.version.value = answer.body.version;
      say(`Saved at ${clock()}.${isChanged() ? " You have typed more since." : ""}`);
      showFindings(answer.body.findings.filter(isHere(form)));
    } else if (answer.status === OVERTAKEN && byHand) {
      state.saved = content;
      form.submit();
    } else {
      // It is not tried again by itself: who wrote it decides.
      state.blocked = true;
      const next = answer.status === OVERTAKEN ? " Press Save to see both texts side by side." : "";
      say(answer.message + next, true);
    }
  };

  const checkSoon = later(look, PAUSE_BEFORE_CHECK);
  const saveSoon = later(() => isChanged() && save({ byHand: false }), PAUSE_BEFORE_SAVE);
  box.addEventListener("input", () => {
    checkSoon();
    saveSoon();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save({ byHand: true });
  });
  window.addEventListener("beforeunload", (event) => isChanged() && event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    goTo(box, Number(link.dataset.line));
  });
  if (box.dataset.line) goTo(box, Number(box.dataset.line));
};

const isHere = (form) => (finding) => finding.file === form.dataset.path;

const later = (act, pause) => {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, pause);
  };
};

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

// Selects the line and scrolls to it, inside the box and in the window.
const goTo = (box, line) => {
  const lines = box.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  box.focus({ preventScroll: true });
  box.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  box.scrollTop = Math.max(0, heightOf(box, box.value.slice(0, start)) - box.clientHeight / 3);
  box.scrollIntoView({ block: "nearest" });
};

// How high a text is in such a box, its long lines wrapped.
const heightOf = (box, text) => {
  const copy = box.cloneNode();
  copy.removeAttribute("id");
  copy.removeAttribute("name");
  copy.rows = 1;
  copy.style.height = "0";
  copy.style.minHeight = "0";
  copy.style.visibility = "hidden";
  copy.style.position = "absolute";
  copy.style.width = `${box.offsetWidth}px`;
  copy.value = text;
  box.after(copy);
  const height = copy.scrollHeight;
  copy.remove();
  return height;
};

const showFindings = (findings) => {
  const place = document.getElementById("findings");
  if (!findings.length) {
    place.replaceChildren(part("p", "govuk-body findings__none", "Nothing to mend in this file."));
    return;
  }
  const list = part("ul", "govuk-list findings");
  list.append(...findings.map(entry));
  place.replaceChildren(list);
};

const entry = (finding) => {
  const node = part("li", `findings__one findings__one--${finding.severity}`);
  const kind = finding.severity === "error" ? "To mend" : "To look at";
  node.append(part("span", "findings__kind", `${kind}${finding.line ? `, line ${finding.line}` : ""}:`), " ");
  if (finding.line) {
    const link = part("a", "govuk-link", finding.message);
    link.href = `?line=${finding.line}#line-${finding.line}`;
    link.dataset.line = finding.line;
    node.append(link);
  } else {
    node.append(finding.message);
  }
  return node;
};

const part = (name, className, text = "") => {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
};

for (const form of document.querySelectorAll("[data-text-editor]")) edit(form);
