// A process that is called, and the letter that it writes.

import { optionsOf, plain } from "./options.js";

const LETTER_CALL = "issue_a_letter";

export const call = (fields, element, bo) => ({
  title: "The process it calls",
  fields: [
    {
      id: "called",
      label: "Process",
      kind: "select",
      value: bo.calledElement ?? "",
      options: optionsOf(fields.vocabulary.processes),
      write: (id) => fields.modeling.updateProperties(element, { calledElement: id || undefined }),
    },
  ],
});

export const letter = (fields, element, bo) => {
  const properties = fields.extensions.properties(bo);
  const names = ["letter", "letter_from", "author"];
  if (bo.calledElement !== LETTER_CALL && !names.some((name) => properties[name])) return null;
  return {
    title: "The letter",
    fields: [
      fields.property(element, bo, "letter", "Letter", { options: optionsOf(fields.vocabulary.letters) }),
      fields.property(element, bo, "letter_from", "Or the letter that a decision chose", {
        options: (fields.vocabulary.decisions ?? []).flatMap((one) =>
          (one.outputs ?? []).map((output) => ({ value: output, label: `${plain(output)} (${one.name})` })),
        ),
      }),
      fields.property(element, bo, "author", "Written by", { options: optionsOf(fields.vocabulary.holders) }),
    ],
  };
};
