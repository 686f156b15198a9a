// When a path is taken.

import { is } from "bpmn-js/lib/util/ModelUtil";

import { bodyOf } from "./bodies.js";

export const condition = (fields, element, bo) => {
  const source = bo.sourceRef;
  const decides = is(source, "bpmn:ExclusiveGateway") || is(source, "bpmn:InclusiveGateway");
  if (!decides && !bo.conditionExpression) return null;
  const isDefault = source?.default === bo;
  const asked = [
    {
      id: "default",
      label: "This path is taken when no other condition holds",
      kind: "check",
      value: isDefault,
      write: (yes) => setDefault(fields, element, source, yes ? bo : undefined),
    },
  ];
  if (!isDefault || bo.conditionExpression) {
    asked.push({
      id: "condition",
      label: "Taken when",
      hint: "Such as in_time == 'no'.",
      kind: "code",
      value: bodyOf(bo.conditionExpression),
      write: (text) => fields.writeBody(element, bo, "conditionExpression", text),
    });
  }
  return { title: "The path", fields: asked };
};

const setDefault = (fields, flow, source, value) => {
  const gateway = fields.elements.get(source.id);
  fields.modeling.updateProperties(gateway, { default: value });
  if (value && value.conditionExpression) fields.modeling.updateProperties(flow, { conditionExpression: undefined });
};
