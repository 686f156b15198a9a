// What an event sends or waits for: a message, or a moment.

import { is } from "bpmn-js/lib/util/ModelUtil";

import { bodyOf } from "./bodies.js";
import { messageField } from "./messages.js";
import { optionsOf } from "./options.js";

export const event = (fields, element, bo) => {
  const definition = bo.get("eventDefinitions")?.[0];
  if (!definition) return [];
  if (is(definition, "bpmn:TimerEventDefinition")) return [timer(fields, element, definition)];
  if (!is(definition, "bpmn:MessageEventDefinition")) return [];
  const throws = is(element, "bpmn:ThrowEvent");
  const isStart = is(element, "bpmn:StartEvent");
  const asked = [messageField(fields, element, definition)];
  if (!isStart) {
    asked.push(
      fields.property(element, bo, "message_key", throws ? "For whom (message key)" : "About what (message key)", {
        kind: "code",
        hint: "The thing the message is about, such as case.ref.",
      }),
    );
  }
  if (throws) {
    asked.push(
      fields.property(element, bo, "fallback_key", "If nobody waits under that key, for", { kind: "code" }),
      fields.property(element, bo, "payload", "What it says", { kind: "code", hint: "Such as {'flag_action': 'add'}." }),
    );
  }
  if (isStart) {
    asked.push(
      fields.property(element, bo, "form", "Form that a person fills in to send it (optional)", {
        options: optionsOf(fields.vocabulary.forms),
      }),
    );
  }
  return [{ title: "The message", fields: asked }];
};

const timer = (fields, element, definition) => {
  const isLength = Boolean(definition.timeDuration) && !definition.timeDate;
  const key = isLength ? "timeDuration" : "timeDate";
  const wheel = definition.timeCycle
    ? [{ id: "time_cycle", kind: "note", label: "It repeats", value: "The engine runs no timer that repeats. Change it as text." }]
    : [];
  return {
    title: "When",
    fields: [
      ...wheel,
      {
        id: "timer",
        label: isLength ? "After this time" : "At this moment",
        hint: isLength ? undefined : "on(date): when the day begins. after(date): when the day is over.",
        kind: "code",
        preview: "due",
        value: bodyOf(definition[key]),
        write: (text) => fields.writeBody(element, definition, key, text),
      },
    ],
  };
};
