// Who does a step is the lane it stands in. The library forgets the lane of whatever stands inside
// a part (a subprocess); here it keeps it: by its place where the part lies across the lanes, and
// as it was where the part is drawn on a page of its own.

import CommandInterceptor from "diagram-js/lib/command/CommandInterceptor";
import { is } from "bpmn-js/lib/util/ModelUtil";

const MARGIN = 10;
const FIRST = 5000;

const lanesIn = (shape) =>
  (shape.children ?? []).flatMap((child) => (is(child, "bpmn:Lane") ? [child, ...lanesIn(child)] : []));

const outermost = (shape) => {
  let around = shape;
  while (around.parent && !lanesIn(around).length) around = around.parent;
  return around;
};

const hasMiddle = (lane, { y, height }) => y + height / 2 > lane.y && y + height / 2 < lane.y + lane.height;
const isInnermost = (lane) => lanesIn(lane).length === 0;

// The lanes of the pool that a step could stand in, from above: [] when it is drawn apart from them.
export const lanesOf = (shape) => lanesIn(outermost(shape)).filter(isInnermost).sort((a, b) => a.y - b.y);

// The part that a step stands in and that is drawn on the same page, if any.
const partOf = (shape) => (is(shape.parent, "bpmn:SubProcess") ? shape.parent : null);

// Whether a step can be moved into a lane: its part must reach there.
export const reaches = (shape, lane) => {
  const part = partOf(shape);
  if (!part) return true;
  const room = Math.min(lane.y + lane.height, part.y + part.height) - Math.max(lane.y, part.y);
  return room >= shape.height;
};

// How far down a step must move to stand in a lane.
export const wayInto = (shape, lane) => {
  const part = partOf(shape);
  const top = Math.max(lane.y, part ? part.y : lane.y) + MARGIN;
  const bottom = Math.min(lane.y + lane.height, part ? part.y + part.height : Infinity) - MARGIN;
  const middle = (top + bottom) / 2 - shape.height / 2;
  return Math.round((bottom - top >= shape.height ? middle : lane.y + (lane.height - shape.height) / 2) - shape.y);
};

// Lanes that are drawn on another page, for a part that has a page of its own.
export const lanesDrawnElsewhere = (bo) => {
  let around = bo;
  while (around && around.$type !== "bpmn:Process") around = around.$parent;
  const sets = around?.laneSets ?? [];
  return sets.flatMap((set) => set.lanes ?? []);
};

class Lanes extends CommandInterceptor {
  constructor(eventBus) {
    super(eventBus);
    this.preExecute("lane.updateRefs", FIRST, ({ context }) => {
      if (!context.updates) context.updates = this.updatesOf(context);
    });
  }

  updatesOf({ flowNodeShapes, laneShapes }) {
    const shapes = new Set(flowNodeShapes.filter((shape) => !shape.labelTarget));
    for (const lane of laneShapes.filter((one) => one.parent)) {
      for (const shape of stepsIn(outermost(lane))) shapes.add(shape);
    }
    const gone = laneShapes.filter((lane) => !lane.parent).map((lane) => lane.businessObject);
    const updates = [...shapes].map((shape) => this.updateOf(shape, gone)).filter(Boolean);
    const done = new Set(updates.map((update) => update.flowNode));
    for (const lane of gone) {
      for (const flowNode of lane.get("flowNodeRef")) {
        if (!done.has(flowNode)) updates.push({ flowNode, remove: [lane], add: [] });
      }
    }
    return updates;
  }

  updateOf(shape, gone) {
    const flowNode = shape.businessObject;
    const remove = flowNode.get("lanes").slice();
    if (!shape.parent) return { flowNode, remove, add: [] };
    const lanes = lanesIn(outermost(shape));
    // On a page of its own there is no lane to stand in: what was said before still holds.
    if (!lanes.length) return gone.some((lane) => remove.includes(lane)) ? { flowNode, remove: gone, add: [] } : null;
    return { flowNode, remove, add: lanes.filter((lane) => hasMiddle(lane, shape)).map((lane) => lane.businessObject) };
  }
}
Lanes.$inject = ["eventBus"];

// A connection has no children.
const stepsIn = (shape) =>
  (shape.children ?? []).flatMap((child) => [
    ...(is(child, "bpmn:FlowNode") && !child.labelTarget ? [child] : []),
    ...(is(child, "bpmn:Lane") ? [] : stepsIn(child)),
  ]);

export const lanesModule = { __init__: ["spocLanes"], spocLanes: ["type", Lanes] };
