// Which fields a drawn element has, in groups: what each shows, what may be chosen, what it writes.
//
// A field: {id, label, hint, kind, value, options, write, preview}. kind is text, area, code,
// select, check or note. write is one command, so that one undo takes it back.

import { is } from "bpmn-js/lib/util/ModelUtil";

import { bodyOf, withBody } from "./bodies.js";
import { lanesDrawnElsewhere, lanesOf, reaches, wayInto } from "./lanes.js";
import { messageField } from "./messages.js";
import { manyTimes } from "./many.js";

const KNOWN = new Set([
  "form", "due", "about", "policy_tag", "held_by", "message_key", "fallback_key", "payload",
  "letter", "letter_from", "author",
]);
const LETTER_CALL = "issue_a_letter";
const VARIABLE = "[a-z][a-z0-9_]*";

const optionsOf = (named = []) =>
  named.map((one) => ({
    value: one.value ?? one.id ?? one.name,
    label: one.label ?? one.name ?? one.value,
    hint: one.documentation ?? "",
  }));

export class Fields {
  // tools: {modeling, commandStack, moddle, extensions, vocabulary, definitions, elements}
  constructor(tools) {
    Object.assign(this, tools);
  }

  groupsOf(element) {
    const bo = element.businessObject;
    const groups = [this.whatItIs(element, bo)];
    if (is(element, "bpmn:Lane")) groups.push(this.holder(element, bo));
    if (is(element, "bpmn:FlowNode")) groups.push(this.who(element, bo));
    if (is(element, "bpmn:SequenceFlow")) groups.push(this.condition(element, bo));
    if (is(element, "bpmn:UserTask")) groups.push(this.task(element, bo));
    if (is(element, "bpmn:ServiceTask")) groups.push(this.operation(element, bo));
    if (is(element, "bpmn:BusinessRuleTask")) groups.push(this.decision(element, bo));
    if (is(element, "bpmn:CallActivity")) groups.push(this.call(element, bo), this.letter(element, bo));
    if (is(element, "bpmn:Event")) groups.push(...this.event(element, bo));
    if (is(element, "bpmn:Activity")) groups.push(manyTimes(this, element, bo));
    groups.push(this.others(element, bo));
    return groups.filter((group) => group && group.fields.length);
  }

  whatItIs(element, bo) {
    const isFlow = is(element, "bpmn:SequenceFlow");
    const process = is(element, "bpmn:Participant") ? bo.processRef : null;
    const write = (key) => (value) => this.several(element, [bo, process], { [key]: value || undefined }, key);
    const fields = [
      {
        id: "name",
        label: isFlow ? "Words on the path" : "Name",
        kind: "text",
        value: bo.name ?? "",
        hint: is(element, "bpmn:Gateway") ? "The question that is decided here." : undefined,
        write: write("name"),
      },
    ];
    if (!isFlow) {
      fields.push({
        id: "documentation",
        label: "What it is for",
        hint: "Plain words, and where it comes from, such as R-076.",
        kind: "area",
        value: bo.documentation?.[0]?.text ?? "",
        write: (text) => this.several(element, [bo, process], this.documented(text)),
      });
    }
    if (is(element, "bpmn:FlowNode")) {
      fields.push(
        this.property(element, bo, "policy_tag", "Policy tag", {
          hint: "What the policy calls this step; rules speak of it by this name.",
          options: optionsOf(this.vocabulary.policy_tags),
        }),
      );
    }
    return { title: "What it is", fields };
  }

  who(element, bo) {
    const lanes = lanesOf(element);
    if (!lanes.length) return this.whoElsewhere(element, bo);
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
          write: (id) => this.moveInto(element, lanes.find((lane) => lane.id === id)),
        },
      ],
    };
  }

  // A part with a page of its own has no lanes on it: who does a step is only written down.
  whoElsewhere(element, bo) {
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
            this.commandStack.execute("lane.updateRefs", {
              flowNodeShapes: [],
              laneShapes: [],
              updates: [{ flowNode: bo, remove: now.slice(), add: lanes.filter((lane) => lane.id === id) }],
            }),
        },
      ],
    };
  }

  moveInto(element, lane) {
    if (!lane) return;
    this.modeling.moveElements([element], { x: 0, y: wayInto(element, lane) });
  }

  holder(element, bo) {
    return {
      title: "Who does it",
      fields: [
        this.property(element, bo, "held_by", "Held by", {
          hint: "The role or the person of the case who gets the tasks of this lane.",
          options: optionsOf(this.vocabulary.holders),
        }),
      ],
    };
  }

  task(element, bo) {
    return {
      title: "The task",
      fields: [
        this.property(element, bo, "form", "Form", { options: optionsOf(this.vocabulary.forms), links: "forms" }),
        this.property(element, bo, "due", "Due", {
          kind: "code",
          preview: "due",
          hint: "Such as working_days(case.appeal_received_on, policy('appeal.sla')).",
        }),
        this.property(element, bo, "about", "About", {
          kind: "code",
          hint: "Which of several things the task is about. Most tasks leave it empty.",
        }),
      ],
    };
  }

  operation(element, bo) {
    const now = this.extensions.operator(bo);
    const known = this.vocabulary.operations ?? [];
    const chosen = known.find((one) => one.name === now.id);
    const names = new Set((chosen?.parameters ?? []).map((one) => one.name));
    const asked = [
      ...(chosen?.parameters ?? []),
      ...Object.keys(now.parameters).filter((name) => !names.has(name)).map((name) => ({ name, isStray: true })),
    ];
    return {
      title: "What the system does",
      fields: [
        {
          id: "operation",
          label: "Operation",
          kind: "select",
          value: now.id,
          options: known.map((one) => ({ value: one.name, label: one.label ?? one.name, hint: one.documentation })),
          hint: chosen?.documentation,
          write: (id) => {
            const takes = new Set((known.find((one) => one.name === id)?.parameters ?? []).map((one) => one.name));
            this.extensions.setOperator(element, bo, { id }, takes);
          },
        },
        ...asked.map((one) => ({
          id: `parameter-${one.name}`,
          label: `${plain(one.name)}${one.needed ? "" : " (optional)"}`,
          hint: one.isStray ? "This operation does not take it. Empty it." : one.documentation,
          kind: "code",
          value: now.parameters[one.name] ?? "",
          write: (value) => this.extensions.setOperator(element, bo, { parameters: { [one.name]: value } }),
        })),
        {
          id: "result",
          label: "Result goes into (optional)",
          hint: "The name of a variable that later conditions ask for.",
          kind: "text",
          pattern: VARIABLE,
          value: now.result,
          options: undefined,
          write: (result) => this.extensions.setOperator(element, bo, { result }),
        },
      ],
    };
  }

  decision(element, bo) {
    return {
      title: "The decision",
      fields: [
        {
          id: "decision",
          label: "Decision table",
          kind: "select",
          value: this.extensions.decision(bo),
          options: optionsOf(this.vocabulary.decisions),
          write: (id) => this.extensions.setDecision(element, bo, id),
        },
      ],
    };
  }

  call(element, bo) {
    return {
      title: "The process it calls",
      fields: [
        {
          id: "called",
          label: "Process",
          kind: "select",
          value: bo.calledElement ?? "",
          options: optionsOf(this.vocabulary.processes),
          write: (id) => this.modeling.updateProperties(element, { calledElement: id || undefined }),
        },
      ],
    };
  }

  letter(element, bo) {
    const properties = this.extensions.properties(bo);
    const names = ["letter", "letter_from", "author"];
    if (bo.calledElement !== LETTER_CALL && !names.some((name) => properties[name])) return null;
    return {
      title: "The letter",
      fields: [
        this.property(element, bo, "letter", "Letter", { options: optionsOf(this.vocabulary.letters) }),
        this.property(element, bo, "letter_from", "Or the letter that a decision chose", {
          options: (this.vocabulary.decisions ?? []).flatMap((one) =>
            (one.outputs ?? []).map((output) => ({ value: output, label: `${plain(output)} (${one.name})` })),
          ),
        }),
        this.property(element, bo, "author", "Written by", { options: optionsOf(this.vocabulary.holders) }),
      ],
    };
  }

  event(element, bo) {
    const definition = bo.get("eventDefinitions")?.[0];
    if (!definition) return [];
    if (is(definition, "bpmn:TimerEventDefinition")) return [this.timer(element, definition)];
    if (!is(definition, "bpmn:MessageEventDefinition")) return [];
    const throws = is(element, "bpmn:ThrowEvent");
    const isStart = is(element, "bpmn:StartEvent");
    const fields = [messageField(this, element, definition)];
    if (!isStart) {
      fields.push(
        this.property(element, bo, "message_key", throws ? "For whom (message key)" : "About what (message key)", {
          kind: "code",
          hint: "The thing the message is about, such as case.ref.",
        }),
      );
    }
    if (throws) {
      fields.push(
        this.property(element, bo, "fallback_key", "If nobody waits under that key, for", { kind: "code" }),
        this.property(element, bo, "payload", "What it says", { kind: "code", hint: "Such as {'flag_action': 'add'}." }),
      );
    }
    if (isStart) {
      fields.push(
        this.property(element, bo, "form", "Form that a person fills in to send it (optional)", {
          options: optionsOf(this.vocabulary.forms),
        }),
      );
    }
    return [{ title: "The message", fields }];
  }

  timer(element, definition) {
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
          write: (text) => this.writeBody(element, definition, key, text),
        },
      ],
    };
  }

  condition(element, bo) {
    const source = bo.sourceRef;
    const decides = is(source, "bpmn:ExclusiveGateway") || is(source, "bpmn:InclusiveGateway");
    if (!decides && !bo.conditionExpression) return null;
    const isDefault = source?.default === bo;
    const fields = [
      {
        id: "default",
        label: "This path is taken when no other condition holds",
        kind: "check",
        value: isDefault,
        write: (yes) => this.setDefault(element, source, yes ? bo : undefined),
      },
    ];
    if (!isDefault || bo.conditionExpression) {
      fields.push({
        id: "condition",
        label: "Taken when",
        hint: "Such as in_time == 'no'.",
        kind: "code",
        value: bodyOf(bo.conditionExpression),
        write: (text) => this.writeBody(element, bo, "conditionExpression", text),
      });
    }
    return { title: "The path", fields };
  }

  setDefault(flow, source, value) {
    const gateway = this.elements.get(source.id);
    this.modeling.updateProperties(gateway, { default: value });
    if (value && value.conditionExpression) this.modeling.updateProperties(flow, { conditionExpression: undefined });
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

  documented(text) {
    if (!text) return () => ({ documentation: [] });
    return (bo) => {
      const node = this.moddle.create("bpmn:Documentation", { text });
      node.$parent = bo;
      return { documentation: [node, ...(bo.documentation ?? []).slice(1)] };
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

export const plain = (name) => {
  const words = name.replace(/[_.]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
