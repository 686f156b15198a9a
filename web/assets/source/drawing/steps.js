// What is done in a step: a task of a person, an operation of the system, a decision table.

import { optionsOf, plain } from "./options.js";

const VARIABLE = "[a-z][a-z0-9_]*";

export const task = (fields, element, bo) => ({
  title: "The task",
  fields: [
    fields.property(element, bo, "form", "Form", { options: optionsOf(fields.vocabulary.forms), links: "forms" }),
    fields.property(element, bo, "due", "Due", {
      kind: "code",
      preview: "due",
      hint: "Such as working_days(case.appeal_received_on, policy('appeal.sla')).",
    }),
    fields.property(element, bo, "about", "About", {
      kind: "code",
      hint: "Which of several things the task is about. Most tasks leave it empty.",
    }),
  ],
});

export const operation = (fields, element, bo) => {
  const now = fields.extensions.operator(bo);
  const known = fields.vocabulary.operations ?? [];
  const chosen = known.find((one) => one.name === now.id);
  const names = new Set((chosen?.parameters ?? []).map((one) => one.name));
  const asked = [
    ...(chosen?.parameters ?? []),
    ...Object.keys(now.parameters).filter((name) => !names.has(name)).map((name) => ({ name, isStray: true })),
  ];
  return {
    title: "What the system does",
    fields: [
      {
        id: "operation",
        label: "Operation",
        kind: "select",
        value: now.id,
        options: known.map((one) => ({ value: one.name, label: one.label ?? one.name, hint: one.documentation })),
        hint: chosen?.documentation,
        write: (id) => {
          const takes = new Set((known.find((one) => one.name === id)?.parameters ?? []).map((one) => one.name));
          fields.extensions.setOperator(element, bo, { id }, takes);
        },
      },
      ...asked.map((one) => ({
        id: `parameter-${one.name}`,
        label: `${plain(one.name)}${one.needed ? "" : " (optional)"}`,
        hint: one.isStray ? "This operation does not take it. Empty it." : one.documentation,
        kind: "code",
        value: now.parameters[one.name] ?? "",
        write: (value) => fields.extensions.setOperator(element, bo, { parameters: { [one.name]: value } }),
      })),
      {
        id: "result",
        label: "Result goes into (optional)",
        hint: "The name of a variable that later conditions ask for.",
        kind: "text",
        pattern: VARIABLE,
        value: now.result,
        options: undefined,
        write: (result) => fields.extensions.setOperator(element, bo, { result }),
      },
    ],
  };
};

export const decision = (fields, element, bo) => ({
  title: "The decision",
  fields: [
    {
      id: "decision",
      label: "Decision table",
      kind: "select",
      value: fields.extensions.decision(bo),
      options: optionsOf(fields.vocabulary.decisions),
      write: (id) => fields.extensions.setDecision(element, bo, id),
    },
  ],
});
