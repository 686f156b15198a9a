// Keeps what the library would drop: names of variables where it expects an element, extension
// elements it has no description of when an element is copied or becomes another kind.

import { copyOf } from "./extensions.js";

const NAMED = new Set(["loopDataInputRef", "loopDataOutputRef"]);
const isNamed = ({ property }) => NAMED.has(String(property).split(":").pop());

// Stands for a variable: written as its name, drawn nowhere.
export const variable = (id) => ({ $type: "bpmn:ItemAwareElement", id, $instanceOf: () => false });

class Keeping {
  constructor(eventBus, moddle) {
    this.kept = new Set();
    eventBus.on("import.parse.complete", ({ error, references, elementsById, warnings }) => {
      if (error) return;
      for (const reference of references.filter(isNamed)) {
        if (elementsById[reference.id]) continue;
        reference.element.set(reference.property, variable(reference.id));
        this.kept.add(`unresolved reference <${reference.id}>`);
      }
      for (let at = warnings.length - 1; at >= 0; at -= 1) {
        const { message, property } = warnings[at];
        if (this.kept.has(message) && isNamed({ property })) warnings.splice(at, 1);
      }
    });
    eventBus.on("moddleCopy.canCopyProperty", 2000, ({ property, propertyName }) => {
      if (NAMED.has(propertyName)) return property && variable(property.id);
      if (property?.$descriptor?.isGeneric) return copyOf(property, moddle);
    });
  }
}
Keeping.$inject = ["eventBus", "moddle"];

export const keepingModule = { __init__: ["spocKeeping"], spocKeeping: ["type", Keeping] };
