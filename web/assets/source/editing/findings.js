// The findings beside a drawing: those of this file lead to their place in it, others to their file.

import { link, make } from "./elements.js";

const WORDS = { error: "To mend", warning: "To look at" };

export const isError = (finding) => finding.severity !== "warning";

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
  if (here.length) place.append(list(here.map((one) => ownItem(one, choose, nameOf))));
  if (!elsewhere.length) return;
  place.append(make("h3", { class: "govuk-heading-s" }, `In other files of this draft: ${countsOf(elsewhere)}`));
  place.append(list(elsewhere.map(otherItem)));
};

const list = (items) => make("ul", { class: "govuk-list editor-findings__list" }, ...items);

const tag = (finding) =>
  make(
    "span",
    { class: `editor-mark editor-mark--${isError(finding) ? "error" : "warning"}` },
    WORDS[isError(finding) ? "error" : "warning"],
  );

const ownItem = (finding, choose, nameOf) => {
  const name = nameOf(finding);
  return make(
    "li",
    {},
    tag(finding),
    " ",
    make(
      "button",
      { type: "button", class: "link-button editor-findings__choose", onclick: () => choose(finding) },
      name ? `${name}: ${finding.message}` : finding.message,
    ),
  );
};

const otherItem = (finding) =>
  make(
    "li",
    {},
    tag(finding),
    " ",
    finding.href ? link(finding.file, finding.href) : finding.file,
    `: ${finding.message}`,
  );
