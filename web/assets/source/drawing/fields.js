// Which fields a drawn element has, in groups: what each shows, what may be chosen, what it writes.
//
// A field: {id, label, hint, kind, value, options, write, preview}. kind is text, area, code,
// select, check or note. write is one command, so that one undo takes it back.

import { is } from "bpmn-js/lib/util/ModelUtil";

import { withBody } from "./bodies.js";
import { call, letter } from "./calling.js";
import { event } from "./events.js";
import { whatItIs } from "./general.js";
import { holder, who } from "./holding.js";
import { manyTimes } from "./many.js";
import { condition } from "./paths.js";
import { decision, operation, task } from "./steps.js";

const KNOWN = new Set([
  "form", "due", "about", "policy_tag", "held_by", "message_key", "fallback_key", "payload",
  "letter", "letter_from", "author",
]);

export class Fields {
  // tools: {modeling, commandStack, moddle, extensions, vocabulary, definitions, elements}
  constructor(tools) {
    Object.assign(this, tools);
  }

  groupsOf(element) {
    const bo = element.businessObject;
    const groups = [whatItIs(this, element, bo)];
    if (is(element, "bpmn:Lane")) groups.push(holder(this, element, bo));
    if (is(element, "bpmn:FlowNode")) groups.push(who(this, element, bo));
    if (is(element, "bpmn:SequenceFlow")) groups.push(condition(this, element, bo));
    if (is(element, "bpmn:UserTask")) groups.push(task(this, element, bo));
    if (is(element, "bpmn:ServiceTask")) groups.push(operation(this, element, bo));
    if (is(element, "bpmn:BusinessRuleTask")) groups.push(decision(this, element, bo));
    if (is(element, "bpmn:CallActivity")) groups.push(call(this, element, bo), letter(this, element, bo));
    if (is(element, "bpmn:Event")) groups.push(...event(this, element, bo));
    if (is(element, "bpmn:Activity")) groups.push(manyTimes(this, element, bo));
    groups.push(this.others(element, bo));
    return groups.filter((group) => group && group.fields.length);
  }

  others(element, bo) {
    const found = this.extensions.others(element, bo, KNOWN);
    return {
      title: "What else the file says here",
      fields: found.map(([label, remove], at) => ({
        id: `other-${at}`,
        kind: "other",
        label,
        value: label,
        write: remove,
      })),
    };
  }

  property(element, bo, name, label, { kind, options, ...more } = {}) {
    return {
      id: name,
      label,
      kind: kind ?? (options ? "select" : "text"),
      options,
      value: this.extensions.properties(bo)[name] ?? "",
      write: (value) => this.extensions.setProperty(element, bo, name, value),
      ...more,
    };
  }

  // Writes the same to an element and to what stands behind it, as one step for undo.
  several(element, targets, change, key) {
    const given = typeof change === "function" ? change : () => change;
    const [own, ...behind] = targets.filter(Boolean);
    this.commandStack.execute("spoc.several", {
      steps: [
        () =>
          key === "name"
            ? this.modeling.updateLabel(element, own && given(own).name ? given(own).name : "")
            : this.modeling.updateModdleProperties(element, own, given(own)),
        ...behind.map((bo) => () => this.modeling.updateModdleProperties(element, bo, given(bo))),
      ],
    });
  }

  writeBody(element, holder, key, text) {
    this.modeling.updateModdleProperties(element, holder, withBody(this.moddle, holder, key, text));
  }
}
