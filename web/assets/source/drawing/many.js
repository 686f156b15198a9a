// A step that is done once for each thing of a list. The change menu switches it on and off.

import { is } from "bpmn-js/lib/util/ModelUtil";

import { bodyOf } from "./bodies.js";
import { variable } from "./keeping.js";

export const manyTimes = (fields, element, bo) => {
  const loop = bo.loopCharacteristics;
  if (!loop) return null;
  if (!is(loop, "bpmn:MultiInstanceLoopCharacteristics")) {
    return {
      title: "Repeated",
      fields: [
        {
          id: "loop_until",
          label: "Repeated while",
          kind: "code",
          value: bodyOf(loop.loopCondition),
          write: (text) => fields.writeBody(element, loop, "loopCondition", text),
        },
      ],
    };
  }
  const write = (change) => fields.modeling.updateModdleProperties(element, loop, change);
  return {
    title: "Once for each of a list",
    fields: [
      {
        id: "collection",
        label: "The list",
        hint: "The name of the variable that holds it.",
        kind: "text",
        value: loop.loopDataInputRef?.id ?? "",
        write: (name) => write({ loopDataInputRef: name ? variable(name) : undefined }),
      },
      {
        id: "item",
        label: "One of it is called",
        kind: "text",
        value: loop.inputDataItem?.id ?? "",
        write: (name) => write({ inputDataItem: itemOf(fields, loop, name) }),
      },
      {
        id: "sequential",
        label: "One after the other, not all at once",
        kind: "check",
        value: Boolean(loop.isSequential),
        write: (yes) => write({ isSequential: yes }),
      },
    ],
  };
};

const itemOf = (fields, loop, name) => {
  if (!name) return undefined;
  const item = fields.moddle.create("bpmn:DataInput", { id: name, name });
  item.$parent = loop;
  return item;
};
