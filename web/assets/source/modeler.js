// A diagram is drawn and filled in here. "Steps as a list" does the same without drawing.

import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css";
import "./editing/editor.css";
import "./drawing/modeler.css";

import Modeler from "bpmn-js/lib/Modeler";

import { button, later, notice, paragraph, link } from "./editing/elements.js";
import { countsOf, listFindings } from "./editing/findings.js";
import { pageOf } from "./editing/page.js";
import { Saving, showLosses } from "./editing/saving.js";
import { get, post } from "./editing/server.js";
import { fieldOf, showBadges } from "./drawing/badges.js";
import { Extensions } from "./drawing/extensions.js";
import { Fields } from "./drawing/fields.js";
import { keepingModule } from "./drawing/keeping.js";
import { nameOf } from "./drawing/kinds.js";
import { lanesModule } from "./drawing/lanes.js";
import { limitsModule } from "./drawing/limits.js";
import { namingModule } from "./drawing/naming.js";
import { orderModule } from "./drawing/order.js";
import { Panel } from "./drawing/panel.js";
import { severalModule } from "./drawing/several.js";

const ROOM_FOR_THE_PALETTE = 70;
const MARGIN = 20;
const READABLE = 0.8;
const ROOM_FOR_THE_WAY_BACK = 50;

class Editor {
  constructor(root) {
    this.root = root;
    this.page = pageOf(root);
    this.notices = document.getElementById("notices");
    this.list = document.getElementById("findings");
    this.findings = this.page.findings;
    this.modeler = new Modeler({
      container: root.querySelector(".editor__canvas"),
      // The wheel belongs to the page; with Ctrl it makes the drawing larger.
      zoomScroll: { enabled: false },
      additionalModules: [
        ...[keepingModule, lanesModule, limitsModule, namingModule, orderModule, severalModule],
      ],
    });
    this.saving = new Saving(this.page, this, document.getElementById("saving"), this.notices);
  }

  get(name) {
    return this.modeler.get(name);
  }

  async begin() {
    const [xml, vocabulary] = await Promise.all([
      get(this.page.raw).then((answer) => answer.text()),
      get(this.page.vocabulary).then((answer) => answer.json()).catch(() => ({})),
    ]);
    this.prepare(vocabulary);
    if (!(await this.import(xml))) return;
    this.buttons();
    this.get("eventBus").on("commandStack.changed", () => this.changed());
    // A part with a page of its own is shown whole when it is opened.
    this.get("eventBus").on("root.set", () => setTimeout(() => this.fit()));
    await this.look();
    if (!this.page.mayEdit) this.saving.stop("this draft is not open for changes.");
    else if (!this.saving.stopped) this.saving.offerCopy(xml);
    this.fit();
    this.goToAnchor();
    this.root.dataset.ready = "true";
  }

  prepare(vocabulary) {
    const tools = {
      modeling: this.get("modeling"),
      commandStack: this.get("commandStack"),
      moddle: this.get("moddle"),
      elements: this.get("elementRegistry"),
      extensions: new Extensions(this.get("moddle"), this.get("commandStack")),
      definitions: () => this.modeler.getDefinitions(),
      vocabulary,
    };
    this.panel = new Panel(this.root.querySelector(".editor__panel"), new Fields(tools), this.page);
    this.get("eventBus").on("selection.changed", ({ newSelection }) => {
      const [one] = newSelection.length === 1 ? newSelection : [];
      this.panel.show(one ? (one.labelTarget ?? one) : null);
    });
  }

  // Draws a file. What it says and the library cannot keep is named, and nothing is saved.
  async import(xml) {
    let warnings;
    try {
      ({ warnings } = await this.modeler.importXML(xml));
    } catch (reason) {
      this.cannotOpen(reason);
      return false;
    }
    const processes = this.modeler.getDefinitions().rootElements.filter((one) => one.$type === "bpmn:Process");
    this.page.process = processes[0]?.id ?? "";
    this.warned = warnings.map(({ message, element }) => ({ element_id: element?.id ?? "", what: message }));
    this.panel.show(null);
    return true;
  }

  cannotOpen(reason) {
    this.saving.stop("the file cannot be drawn. See above.");
    this.notices.append(
      notice(
        "cannot-open",
        "This file cannot be drawn",
        paragraph(reason.message),
        paragraph(link("Change it as text", this.page.text), " or ", link("download it", this.page.download), "."),
      ),
    );
    this.showFindings(this.findings);
    this.root.dataset.ready = "true";
  }

  // Writes the file as it would be saved, before anything is changed: what it lost, it would lose.
  async look() {
    const { status, body } = await post(this.page.check, { content: await this.read() });
    const losses = [...(status === 200 ? (body.losses ?? []) : []), ...this.warned];
    if (losses.length) {
      this.saving.stop("the editor cannot keep all of the file. See above.");
      showLosses(this.notices, losses, this.page);
    } else {
      this.saving.say("Nothing to save", "saved");
    }
    this.showFindings(status === 200 ? body.findings : this.findings);
  }

  // For Saving: writes what was typed and is not in the drawing yet.
  flush() {
    this.panel?.flush();
    this.get("directEditing").complete();
  }

  async read() {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  async open(xml) {
    await this.import(xml);
    this.fit();
  }

  show(findings) {
    this.showFindings(findings);
  }

  changed() {
    this.panel.refresh();
    this.undoButtons();
    if (this.page.mayEdit) this.saving.changed();
    if (this.saving.stopped) this.checkSoon();
  }

  // While nothing is saved, the findings still follow the drawing.
  async check() {
    const { status, body } = await post(this.page.check, { content: await this.read() });
    if (status === 200) this.showFindings(body.findings);
  }

  showFindings(findings) {
    this.findings = findings;
    const here = findings.filter((one) => one.file === this.page.path);
    listFindings(this.list, findings, this.page.path, (one) => this.choose(one), (one) => nameOf(this.elementOf(one)));
    showBadges(this.get("overlays"), this.get("elementRegistry"), here);
    document.getElementById("counts").textContent = countsOf(here);
  }

  elementOf({ element_id: id }) {
    const elements = this.get("elementRegistry");
    const found = elements.get(id);
    if (found) return found;
    // A finding about a process is shown at its pool.
    return elements.find((one) => one.businessObject?.processRef?.id === id);
  }

  choose(finding) {
    const element = this.elementOf(finding);
    if (!element) return;
    this.select(element);
    this.panel.open(fieldOf(finding, (id) => this.panel.drawn.has(id)));
  }

  select(element) {
    const canvas = this.get("canvas");
    const root = canvas.findRoot(element);
    if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
    if (element !== root) setTimeout(() => this.lookAt(element));
    this.get("selection").select(element);
  }

  lookAt(element) {
    const canvas = this.get("canvas");
    if (canvas.zoom() < READABLE) canvas.zoom(READABLE);
    canvas.scrollToElement(element, { top: 80, right: 80, bottom: 80, left: 120 });
  }

  goToAnchor() {
    const id = decodeURIComponent(location.hash.slice(1));
    const element = id && this.get("elementRegistry").get(id);
    if (!element) return;
    this.select(element);
    const finding = this.findings.find((one) => one.element_id === id && one.file === this.page.path);
    if (finding) this.panel.open(fieldOf(finding, (field) => this.panel.drawn.has(field)));
  }

  buttons() {
    const bar = this.root.querySelector(".editor__buttons");
    const stack = this.get("commandStack");
    const canvas = this.get("canvas");
    this.undo = button("Undo", () => stack.undo(), { "aria-keyshortcuts": "Control+Z" });
    this.redo = button("Redo", () => stack.redo(), { "aria-keyshortcuts": "Control+Y" });
    bar.replaceChildren(
      button("Save now", () => this.saving.now(), { "aria-keyshortcuts": "Control+S", kind: "primary" }),
      this.undo,
      this.redo,
      button("Larger", () => canvas.zoom(canvas.zoom() * 1.25)),
      button("Smaller", () => canvas.zoom(canvas.zoom() / 1.25)),
      button("Whole diagram", () => this.fit()),
    );
    this.undoButtons();
  }

  undoButtons() {
    const stack = this.get("commandStack");
    this.undo.disabled = !stack.canUndo();
    this.redo.disabled = !stack.canRedo();
  }

  // The whole drawing, beside the palette and not under it.
  fit() {
    const canvas = this.get("canvas");
    const { inner } = canvas.viewbox();
    const size = canvas.getSize();
    if (!inner.width || !size.width) return;
    const isPart = canvas.getRootElement().businessObject?.$type === "bpmn:SubProcess";
    const top = MARGIN + (isPart ? ROOM_FOR_THE_WAY_BACK : 0);
    const scale = Math.min(
      (size.width - ROOM_FOR_THE_PALETTE - 2 * MARGIN) / inner.width,
      (size.height - top - MARGIN) / inner.height,
      1,
    );
    canvas.viewbox({
      x: inner.x - (ROOM_FOR_THE_PALETTE + MARGIN) / scale,
      y: inner.y - top / scale,
      width: size.width / scale,
      height: size.height / scale,
    });
  }
}

const root = document.querySelector(".editor[data-save]");
if (root) {
  const editor = new Editor(root);
  editor.checkSoon = later(() => editor.check(), 1000);
  editor.begin().catch((reason) => editor.cannotOpen(reason));
}
