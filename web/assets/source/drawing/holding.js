// Who does a step: the lane it stands in, and who holds a lane.

import { lanesDrawnElsewhere, lanesOf, reaches, wayInto } from "./lanes.js";
import { optionsOf } from "./options.js";

export const who = (fields, element, bo) => {
  const lanes = lanesOf(element);
  if (!lanes.length) return whoElsewhere(fields, bo);
  const now = bo.get("lanes").slice(-1)[0]?.id ?? "";
  const offered = lanes.filter((lane) => reaches(element, lane) || lane.id === now);
  const host = element.host;
  const isOut = offered.length < lanes.length;
  return {
    title: "Who does it",
    fields: [
      {
        id: "lane",
        label: "Lane",
        kind: "select",
        hint: isOut
          ? "The part this stands in does not reach into the other lanes. Make it taller to choose them."
          : "Choosing another lane moves the step into it.",
        value: now,
        isDisabled: Boolean(host),
        options: offered.map((lane) => ({ value: lane.id, label: lane.businessObject.name || lane.id })),
        write: (id) => moveInto(fields, element, lanes.find((lane) => lane.id === id)),
      },
    ],
  };
};

// A part with a page of its own has no lanes on it: who does a step is only written down.
const whoElsewhere = (fields, bo) => {
  const lanes = lanesDrawnElsewhere(bo);
  if (!lanes.length) return null;
  const now = bo.get("lanes");
  return {
    title: "Who does it",
    fields: [
      {
        id: "lane",
        label: "Lane",
        kind: "select",
        value: now.slice(-1)[0]?.id ?? "",
        options: lanes.map((lane) => ({ value: lane.id, label: lane.name || lane.id })),
        write: (id) =>
          fields.commandStack.execute("lane.updateRefs", {
            flowNodeShapes: [],
            laneShapes: [],
            updates: [{ flowNode: bo, remove: now.slice(), add: lanes.filter((lane) => lane.id === id) }],
          }),
      },
    ],
  };
};

const moveInto = (fields, element, lane) => {
  if (!lane) return;
  fields.modeling.moveElements([element], { x: 0, y: wayInto(element, lane) });
};

export const holder = (fields, element, bo) => ({
  title: "Who does it",
  fields: [
    fields.property(element, bo, "held_by", "Held by", {
      hint: "The role or the person of the case who gets the tasks of this lane.",
      options: optionsOf(fields.vocabulary.holders),
    }),
  ],
});
