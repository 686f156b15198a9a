// The message of an event: one the file declares, one of another diagram, or a new one by its name.

import { readable, unused } from "./naming.js";

const NEW = "+";

const declaredIn = (definitions) =>
  (definitions.rootElements ?? []).filter((one) => one.$type === "bpmn:Message");

export const messageField = (fields, element, definition) => {
  const declared = declaredIn(fields.definitions());
  const here = new Set(declared.map((one) => one.name));
  const words = fields.vocabulary.messages ?? [];
  const known = Object.fromEntries(words.map((one) => [one.name, one]));
  const elsewhere = words.filter((one) => !here.has(one.name));
  return {
    id: "message",
    label: "Message",
    kind: "select",
    value: definition.messageRef?.id ?? "",
    hint: whoSpeaks(known[definition.messageRef?.name]),
    options: [
      ...declared.map((one) => ({ value: one.id, label: known[one.name]?.label ?? one.name ?? one.id })),
      ...elsewhere.map((one) => ({ value: `name:${one.name}`, label: `${one.label ?? one.name} (of another diagram)` })),
      { value: NEW, label: "A new message …", asks: "Name of the new message" },
    ],
    write: (value, name) => {
      const wanted = value === NEW ? readable(name ?? "") : value.replace(/^name:/, "");
      if (value === NEW && !wanted) return;
      const old = declared.find((one) => (value === NEW || value.startsWith("name:") ? one.name === wanted : one.id === value));
      choose(fields, element, definition, old, wanted, !value);
    },
  };
};

const whoSpeaks = (message) => {
  if (!message) return undefined;
  const sent = message.sent_by?.length ? `Sent by ${message.sent_by.join("; ")}. ` : "";
  const received = message.received_by?.length ? `Waited for by ${message.received_by.join("; ")}.` : "";
  return `${sent}${received}` || undefined;
};

const choose = (fields, element, definition, old, name, isNone) => {
  if (isNone) return fields.modeling.updateModdleProperties(element, definition, { messageRef: undefined });
  if (old) return fields.modeling.updateModdleProperties(element, definition, { messageRef: old });
  const definitions = fields.definitions();
  const isTaken = (id) => Boolean(fields.moddle.ids.assigned(id) || fields.elements.get(id));
  const message = fields.moddle.create("bpmn:Message", { id: unused(name, isTaken), name });
  message.$parent = definitions;
  fields.moddle.ids.claim(message.id, message);
  fields.commandStack.execute("spoc.several", {
    steps: [
      () =>
        fields.modeling.updateModdleProperties(element, definitions, {
          rootElements: withMessage(definitions.rootElements, message),
        }),
      () => fields.modeling.updateModdleProperties(element, definition, { messageRef: message }),
    ],
  });
};

// Declarations stand where the others of their kind do: behind the processes.
const withMessage = (roots, message) => {
  const last = roots.map((one) => one.$type).lastIndexOf("bpmn:Message");
  const at = last < 0 ? roots.length : last + 1;
  return [...roots.slice(0, at), message, ...roots.slice(at)];
};
