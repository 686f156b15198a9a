// What every element has: its name, what it is for, and its policy tag.

import { is } from "bpmn-js/lib/util/ModelUtil";

import { optionsOf } from "./options.js";

export const whatItIs = (fields, element, bo) => {
  const isFlow = is(element, "bpmn:SequenceFlow");
  const process = is(element, "bpmn:Participant") ? bo.processRef : null;
  const write = (key) => (value) => fields.several(element, [bo, process], { [key]: value || undefined }, key);
  const asked = [
    {
      id: "name",
      label: isFlow ? "Words on the path" : "Name",
      kind: "text",
      value: bo.name ?? "",
      hint: is(element, "bpmn:Gateway") ? "The question that is decided here." : undefined,
      write: write("name"),
    },
  ];
  if (!isFlow) {
    asked.push({
      id: "documentation",
      label: "What it is for",
      hint: "Plain words, and where it comes from, such as R-076.",
      kind: "area",
      value: bo.documentation?.[0]?.text ?? "",
      write: (text) => fields.several(element, [bo, process], documented(fields, text)),
    });
  }
  if (is(element, "bpmn:FlowNode")) {
    asked.push(
      fields.property(element, bo, "policy_tag", "Policy tag", {
        hint: "What the policy calls this step; rules speak of it by this name.",
        options: optionsOf(fields.vocabulary.policy_tags),
      }),
    );
  }
  return { title: "What it is", fields: asked };
};

const documented = (fields, text) => {
  if (!text) return () => ({ documentation: [] });
  return (bo) => {
    const node = fields.moddle.create("bpmn:Documentation", { text });
    node.$parent = bo;
    return { documentation: [node, ...(bo.documentation ?? []).slice(1)] };
  };
};
