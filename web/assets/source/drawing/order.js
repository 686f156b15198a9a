// Writes a file in the order in which it was read, what is new behind it, so that a comparison of
// two versions shows what was changed and not what the library put elsewhere.

class Order {
  constructor(eventBus) {
    eventBus.on("import.parse.complete", ({ error, definitions }) => {
      this.places = {};
      if (!error) walk(definitions, (name, list) => this.remember(name, list));
    });
    eventBus.on("saveXML.start", ({ definitions }) => walk(definitions, (name, list) => this.sort(name, list)));
  }

  remember(name, list) {
    const places = (this.places[name] ??= new Map());
    for (const [at, one] of list.entries()) places.set(one, at);
  }

  sort(name, list) {
    const placeOf = (one) => this.places[name]?.get(one) ?? Number.MAX_SAFE_INTEGER;
    list.sort((a, b) => placeOf(a) - placeOf(b));
  }
}
Order.$inject = ["eventBus"];

const walk = (definitions, visit) => {
  look(definitions, "rootElements", visit);
  for (const root of definitions.rootElements ?? []) inside(root, visit);
  for (const { plane } of definitions.diagrams ?? []) if (plane) look(plane, "planeElement", visit);
};

const inside = (scope, visit) => {
  look(scope, "flowElements", visit);
  for (const set of scope.laneSets ?? []) lanes(set, visit);
  for (const child of scope.flowElements ?? []) inside(child, visit);
};

const lanes = (set, visit) => {
  look(set, "lanes", visit);
  for (const lane of set.lanes ?? []) {
    look(lane, "flowNodeRef", visit);
    if (lane.childLaneSet) lanes(lane.childLaneSet, visit);
  }
};

const look = (node, name, visit) => {
  if (Array.isArray(node[name])) visit(name, node[name]);
};

export const orderModule = { __init__: ["spocOrder"], spocOrder: ["type", Order] };
