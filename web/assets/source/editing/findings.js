// The findings beside a drawing: those of this file lead to their place in it, others to their file.

import { link, make } from "./elements.js";

const WORDS = { error: "To mend", warning: "To look at" };

export const isError = (finding) => finding.severity !== "warning";
const kindOf = (finding) => (isError(finding) ? "error" : "warning");

export const countsOf = (findings) => {
  const errors = findings.filter(isError).length;
  const rest = findings.length - errors;
  if (!findings.length) return "Nothing to mend";
  const said = errors ? [`${errors} to mend`] : [];
  if (rest) said.push(`${rest} to look at`);
  return said.join(", ");
};

// choose is called with a finding of this file; nameOf gives the name of what it is about.
export const listFindings = (place, findings, path, choose, nameOf) => {
  const here = findings.filter((finding) => finding.file === path);
  const elsewhere = findings.filter((finding) => finding.file !== path);
  place.replaceChildren(make("h2", { class: "govuk-heading-m" }, `${countsOf(here)} here`));
  if (here.length) place.append(list(here.map((one) => ownItem(one, choose, nameOf(one)))));
  if (!elsewhere.length) return;
  place.append(make("h3", { class: "govuk-heading-s" }, `In other files of this draft: ${countsOf(elsewhere)}`));
  place.append(list(elsewhere.map(otherItem)));
};

const list = (items) => make("ul", { class: "govuk-list findings" }, ...items);

const item = (finding, ...children) =>
  make(
    "li",
    { class: `findings__one findings__one--${kindOf(finding)}` },
    make("span", { class: "findings__kind" }, `${WORDS[kindOf(finding)]}: `),
    ...children,
  );

const ownItem = (finding, choose, name) =>
  item(
    finding,
    make(
      "button",
      { type: "button", class: "link-button editor-findings__choose", onclick: () => choose(finding) },
      name ? `${name}: ${finding.message}` : finding.message,
    ),
  );

const otherItem = (finding) =>
  item(
    finding,
    make(
      "span",
      {},
      finding.href ? link(finding.file || "The release", finding.href) : finding.file,
      finding.file || finding.href ? `: ${finding.message}` : finding.message,
    ),
  );
