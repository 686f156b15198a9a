// The panel beside the drawing: plain labelled fields for what is selected.
//
// A field writes a moment after the last key, when it is left, and whenever the page is saved, so
// that the last edit is never lost. After undo the fields show what is there again.

import { button, later, make } from "../editing/elements.js";
import { post } from "../editing/server.js";
import { kindOf, nameOf } from "./kinds.js";

const A_MOMENT = 500;
const NONE = "Nothing is selected. Choose a step on the drawing to see and change what it says.";

export class Panel {
  constructor(place, fields, page) {
    Object.assign(this, { place, fields, page });
    this.drawn = new Map();
    this.show(null);
  }

  show(element) {
    this.flush();
    this.element = element;
    this.draw();
  }

  // Writes what was typed and not yet written.
  flush() {
    for (const one of this.drawn.values()) one.commit?.();
  }

  // The diagram has changed: shows its values, and draws anew only where fields came or went.
  refresh() {
    if (!this.element) return;
    if (!this.fields.elements.get(this.element.id)) return this.show(null);
    const groups = this.fields.groupsOf(this.element);
    if (shapeOf(groups) !== this.shape) return this.draw(groups);
    for (const field of groups.flatMap((group) => group.fields)) this.drawn.get(field.id)?.update(field);
    this.head();
  }

  draw(groups = this.element ? this.fields.groupsOf(this.element) : []) {
    const focused = this.place.contains(document.activeElement) ? document.activeElement.id : "";
    this.drawn.clear();
    this.shape = shapeOf(groups);
    this.heading = make("h2", { class: "govuk-heading-m editor-panel__heading" });
    const about = make("p", { class: "govuk-body-s editor-panel__kind" });
    this.about = about;
    this.place.replaceChildren(this.heading, about, ...groups.map((group) => this.group(group)));
    this.head();
    if (focused) document.getElementById(focused)?.focus();
  }

  head() {
    this.heading.textContent = this.element ? nameOf(this.element) : "What is selected";
    this.about.textContent = this.element ? `${kindOf(this.element)}. ${this.idOf()}` : NONE;
  }

  idOf() {
    const { id } = this.element.businessObject;
    return /^[A-Z][A-Za-z]*_[0-9a-z]{6,8}$/.test(id) ? "It gets its id from its name." : `Its id: ${id}`;
  }

  group({ title, fields }) {
    return make(
      "fieldset",
      { class: "govuk-fieldset editor-panel__group" },
      make("legend", { class: "govuk-fieldset__legend govuk-fieldset__legend--s" }, title),
      ...fields.map((field) => this.field(field)),
    );
  }

  field(field) {
    const made = MAKERS[field.kind](field, this);
    this.drawn.set(field.id, made);
    return made.node;
  }

  // Shows the field a finding is about, and the first one when that is not here.
  open(id) {
    const wanted = this.place.querySelector(`#field-${CSS.escape(id || "")}`) ?? this.place.querySelector("input, select, textarea");
    wanted?.scrollIntoView({ block: "center" });
    wanted?.focus();
  }

  async preview(field, text, place) {
    if (!text.trim()) return place.replaceChildren();
    const { status, body } = await post(this.page.due, {
      expression: text,
      process: this.page.process,
      element: this.element?.id,
    });
    if (status !== 200) return place.replaceChildren();
    place.replaceChildren(...datesOf(body));
  }
}

const datesOf = ({ text, examples = [], problem }) => {
  if (problem) return [make("p", { class: "editor-preview__problem" }, make("strong", {}, "To mend: "), problem)];
  return [
    text ? make("p", {}, text) : null,
    ...examples.map(({ set, date, reason }) =>
      make("p", {}, make("strong", {}, set ? `${set}: ${date}` : date), reason ? `. ${reason}` : ""),
    ),
  ].filter(Boolean);
};

const shapeOf = (groups) =>
  JSON.stringify(
    groups.map(({ title, fields }) => [
      title,
      fields.map(({ id, kind, label, hint, options }) => [id, kind, label, hint, options?.map((one) => one.value)]),
    ]),
  );

const labelled = (field, control, ...more) =>
  make(
    "div",
    { class: "govuk-form-group editor-field" },
    make("label", { class: "govuk-label editor-field__label", for: control.id }, field.label),
    field.hint ? make("div", { class: "govuk-hint editor-field__hint", id: `hint-${field.id}` }, field.hint) : null,
    control,
    ...more,
  );

const attributesOf = (field, classes) => ({
  id: `field-${field.id}`,
  class: classes,
  disabled: field.isDisabled,
  "aria-describedby": field.hint ? `hint-${field.id}` : undefined,
});

const typed = (name, classes, more) => (field, panel) => {
  const control = make(name, { ...attributesOf(field, classes), ...more });
  const preview = field.preview ? make("div", { class: "editor-preview", role: "status" }) : null;
  let current = field;
  const look = later(() => panel.preview(current, control.value, preview), A_MOMENT);
  const commit = () => {
    soon.cancel();
    const value = control.value.trim();
    if (value === current.value.trim()) return;
    const { write } = current;
    current = { ...current, value };
    write(value);
  };
  const soon = later(commit, A_MOMENT);
  control.value = field.value;
  control.addEventListener("input", () => {
    soon();
    if (preview) look();
  });
  control.addEventListener("change", commit);
  control.addEventListener("blur", commit);
  if (preview && field.value) panel.preview(field, field.value, preview);
  return {
    node: labelled(field, control, preview),
    commit,
    update(next) {
      // What was typed and not yet written stays; what changed behind it is shown.
      if (next.value !== current.value) {
        control.value = next.value;
        if (preview) panel.preview(next, next.value, preview);
      }
      current = next;
    },
  };
};

const chosen = (field) => {
  const select = make("select", attributesOf(field, "govuk-select editor-field__control"));
  const wanted = make("div", { class: "editor-field__new", hidden: true });
  let current = field;
  const fill = () => {
    const isKnown = !current.value || current.options.some((one) => one.value === current.value);
    select.replaceChildren(
      new Option("None", ""),
      ...(isKnown ? [] : [new Option(`${current.value} (not to be found)`, current.value)]),
      ...current.options.map((one) => new Option(one.label === one.value ? one.label : one.label, one.value)),
    );
    select.value = current.value;
  };
  fill();
  select.addEventListener("change", () => {
    const option = current.options.find((one) => one.value === select.value);
    if (option?.asks) return ask(option);
    wanted.hidden = true;
    current.write(select.value);
  });
  const ask = (option) => {
    const box = make("input", { class: "govuk-input editor-field__control", id: `new-${field.id}`, type: "text" });
    wanted.replaceChildren(
      make("label", { class: "govuk-label", for: box.id }, option.asks),
      box,
      button("Add", () => box.value.trim() && current.write(option.value, box.value)),
    );
    wanted.hidden = false;
    box.focus();
  };
  return {
    node: labelled(field, select, wanted),
    update(next) {
      current = next;
      if (wanted.hidden) fill();
    },
  };
};

const ticked = (field) => {
  const box = make("input", { ...attributesOf(field, "govuk-checkboxes__input"), type: "checkbox" });
  let current = field;
  box.checked = field.value;
  box.addEventListener("change", () => current.write(box.checked));
  return {
    node: make(
      "div",
      { class: "govuk-checkboxes govuk-checkboxes--small editor-field" },
      make(
        "div",
        { class: "govuk-checkboxes__item" },
        box,
        make("label", { class: "govuk-label govuk-checkboxes__label", for: box.id }, field.label),
      ),
    ),
    update(next) {
      current = next;
      box.checked = next.value;
    },
  };
};

const noted = (field) => ({
  node: make("p", { class: "govuk-body-s" }, make("strong", {}, `${field.label}: `), field.value),
  update() {},
});

const other = (field) => {
  let current = field;
  const remove = button("Remove", () => current.write());
  remove.setAttribute("aria-label", `Remove ${field.label}`);
  return {
    node: make("div", { class: "editor-field editor-field--other" }, make("code", {}, field.label), remove),
    update(next) {
      current = next;
    },
  };
};

const MAKERS = {
  text: typed("input", "govuk-input editor-field__control", { type: "text", autocomplete: "off" }),
  area: typed("textarea", "govuk-textarea editor-field__control", { rows: 4 }),
  code: typed("textarea", "govuk-textarea editor-field__control editor-field__control--code", {
    rows: 2,
    spellcheck: "false",
    autocomplete: "off",
  }),
  select: chosen,
  check: ticked,
  note: noted,
  other,
};
