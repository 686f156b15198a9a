// Marks on the drawing where something is to be mended: a number in a shape, said in words too.

import { isError } from "../editing/findings.js";
import { make } from "../editing/elements.js";

const KIND = "spoc-finding";

export const showBadges = (overlays, elements, findings) => {
  overlays.remove({ type: KIND });
  const byElement = Map.groupBy ? Map.groupBy(findings, idOf) : grouped(findings);
  for (const [id, found] of byElement) {
    const element = elements.get(id);
    if (!element || !element.parent) continue;
    overlays.add(element, KIND, { position: { top: 0, left: 0 }, html: badge(found), scale: false });
  }
};

const idOf = (finding) => finding.element_id;

const grouped = (findings) => {
  const found = new Map();
  for (const one of findings) found.set(idOf(one), [...(found.get(idOf(one)) ?? []), one]);
  return found;
};

const badge = (found) => {
  const kind = found.some(isError) ? "error" : "warning";
  const words = found.map((one) => one.message).join(" ");
  const node = make("div", { class: `editor-badge editor-badge--${kind}`, title: words });
  node.append(make("span", { class: "editor-badge__number" }, String(found.length)));
  return node;
};

// Which field of the panel a finding is about, by the rule it broke.
const FIELDS = [
  [/form/, "form"],
  [/letter/, "letter"],
  [/author/, "author"],
  [/role|lane/, "lane"],
  [/operation_parameters|parameter/, "operation"],
  [/operation/, "operation"],
  [/result/, "result"],
  [/message/, "message"],
  [/time/, "timer"],
  [/condition|default/, "condition"],
  [/decision/, "decision"],
  [/called|unknown_process|recursion/, "called"],
  [/repetition/, "collection"],
  [/documentation|source/, "documentation"],
  [/name/, "name"],
];

export const fieldOf = ({ rule, message }, has) => {
  const parameter = message.match(/parameter (\w+) for/);
  if (parameter && has(`parameter-${parameter[1]}`)) return `parameter-${parameter[1]}`;
  const found = FIELDS.find(([pattern]) => pattern.test(rule))?.[1];
  if (found && has(found)) return found;
  return ["due", "timer", "condition", "message_key", "payload"].find(has) ?? "";
};
