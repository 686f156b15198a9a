// Gives ids that can be read: when something new is first named, its id comes from its name.
// An id is never typed, and never changes once it can be read: histories and rules name it.

import CommandInterceptor from "diagram-js/lib/command/CommandInterceptor";

const GENERATED = /^[A-Z][A-Za-z]*_[0-9a-z]{6,8}$/;
const RESERVED = new Set(["start", "end", "root", "starteventsplit", "starteventjoin"]);
const ARTICLES = new Set(["a", "an", "the"]);
const LONGEST = 60;
const AFTER_ALL = 100;

export const isGenerated = (id) => GENERATED.test(id ?? "");

// "Decide on the appeal" becomes decide_on_appeal; "" when nothing of it can stand in an id.
export const readable = (name) => {
  const plain = name.normalize("NFKD").replace(/[\u0300-\u036f'’]/g, "").toLowerCase();
  const words = plain.split(/[^a-z0-9]+/).filter((word) => word && !ARTICLES.has(word));
  while (words.join("_").length > LONGEST) words.pop();
  const id = words.join("_");
  if (!id) return "";
  if (/^\d/.test(id)) return `step_${id}`;
  return RESERVED.has(id) ? `${id}_step` : id;
};

export const unused = (wanted, isTaken) => {
  let id = wanted;
  for (let count = 2; isTaken(id); count += 1) id = `${wanted}_${count}`;
  return id;
};

class Naming extends CommandInterceptor {
  constructor(eventBus, modeling, moddle, elementRegistry) {
    super(eventBus);
    Object.assign(this, { modeling, moddle, elementRegistry });
    this.postExecuted(
      ["element.updateLabel", "element.updateProperties", "shape.create", "shape.append", "shape.replace"],
      AFTER_ALL,
      ({ context }) => this.name(context.newShape ?? context.shape ?? context.element),
    );
    this.postExecuted("connection.create", AFTER_ALL, ({ context }) => this.nameFlow(context.connection));
    this.postExecuted("connection.reconnect", AFTER_ALL, ({ context }) => this.nameFlow(context.connection));
  }

  isTaken(id) {
    return Boolean(this.elementRegistry.get(id) || this.moddle.ids.assigned(id));
  }

  name(given) {
    const element = given?.labelTarget ?? given;
    const bo = element?.businessObject;
    if (!bo || !element.parent || !isGenerated(bo.id)) return;
    if (bo.$type === "bpmn:SequenceFlow") return this.nameFlow(element);
    const wanted = readable(bo.name ?? "");
    if (!wanted) return;
    this.modeling.updateProperties(element, { id: unused(wanted, (id) => this.isTaken(id)) });
    if (element.di?.id) this.modeling.updateModdleProperties(element, element.di, { id: `${bo.id}_di` });
    for (const definition of bo.get("eventDefinitions") ?? []) this.nameDefinition(element, definition);
    for (const flow of [...element.incoming, ...element.outgoing]) this.nameFlow(flow);
  }

  nameDefinition(element, definition) {
    if (definition.id && !isGenerated(definition.id)) return;
    const kind = definition.$type.split(":").pop().replace("EventDefinition", "").toLowerCase();
    const id = unused(`${kind}_of_${element.businessObject.id}`, (one) => this.isTaken(one));
    this.modeling.updateModdleProperties(element, definition, { id });
  }

  nameFlow(flow) {
    const bo = flow?.businessObject;
    if (!bo || !flow.parent || bo.$type !== "bpmn:SequenceFlow" || !isGenerated(bo.id)) return;
    const ends = [bo.sourceRef?.id, bo.targetRef?.id];
    if (!ends.every((id) => id && !isGenerated(id))) return;
    const id = unused(`flow_${ends[0]}_to_${ends[1]}`, (one) => this.isTaken(one));
    this.modeling.updateProperties(flow, { id });
    if (flow.di?.id) this.modeling.updateModdleProperties(flow, flow.di, { id: `${id}_di` });
  }
}
Naming.$inject = ["eventBus", "modeling", "moddle", "elementRegistry"];

export const namingModule = { __init__: ["spocNaming"], spocNaming: ["type", Naming] };
