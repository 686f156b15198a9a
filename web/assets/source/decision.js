// A decision table is filled in here; each change is saved and checked a moment later.

import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-font/css/dmn.css";
import "./editing/editor.css";
import "./tables/decision.css";

import { button, later, link, notice, paragraph } from "./editing/elements.js";
import { countsOf, listFindings } from "./editing/findings.js";
import { pageOf } from "./editing/page.js";
import { Saving, showLosses } from "./editing/saving.js";
import { get, post } from "./editing/server.js";
import { CellMarks, cellOf, placeOf, wordsFor } from "./tables/cells.js";
import { TableEditor } from "./tables/editor.js";

const OURS = { value: "spoc", label: "Our small language" };

class Editor {
  constructor(root) {
    this.root = root;
    this.page = pageOf(root);
    this.notices = document.getElementById("notices");
    this.list = document.getElementById("findings");
    this.container = root.querySelector(".editor__table");
    this.marks = new CellMarks();
    this.manager = new TableEditor({
      container: this.container,
      keyboard: { bindTo: document },
      // The cells hold our small language: a box for another one would call right cells wrong.
      common: { expressionLanguages: { options: [OURS], defaults: { editor: OURS.value } } },
    });
    this.saving = new Saving(this.page, this, document.getElementById("saving"), this.notices);
    this.checkSoon = later(() => this.check(), 1000);
  }

  async begin() {
    const xml = await get(this.page.raw).then((answer) => answer.text());
    this.manager.on("viewer.created", ({ viewer }) => this.listen(viewer));
    if (!(await this.import(xml))) return;
    this.root.querySelector(".editor__plain")?.remove();
    this.buttons();
    await this.look(xml);
    if (!this.page.mayEdit) this.saving.stop("this draft is not open for changes.");
    else if (!this.saving.stopped) this.saving.offerCopy(xml);
    this.root.dataset.ready = "true";
  }

  listen(viewer) {
    viewer.get("eventBus").on("commandStack.changed", () => this.changed());
  }

  get table() {
    return this.manager.getActiveView()?.element?.decisionLogic;
  }

  async import(xml) {
    this.isOpening = true;
    try {
      const { warnings } = await this.manager.importXML(xml);
      this.warned = warnings.filter(Boolean).map(({ message, element }) => ({ element_id: element?.id ?? "", what: message }));
      return true;
    } catch (reason) {
      this.cannotOpen(reason);
      return false;
    } finally {
      this.isOpening = false;
    }
  }

  cannotOpen(reason) {
    this.saving.stop("the file cannot be shown as a table. See above.");
    this.notices.append(
      notice(
        "cannot-open",
        "This file cannot be shown as a table",
        paragraph(reason.message),
        paragraph(link("Change it as text", this.page.text), " or ", link("download it", this.page.download), "."),
      ),
    );
    this.root.dataset.ready = "true";
  }

  async look() {
    const content = await this.read();
    const { status, body } = await post(this.page.check, { content });
    const losses = [...(status === 200 ? (body.losses ?? []) : []), ...this.warned];
    if (losses.length) {
      this.saving.stop("the editor cannot keep all of the file. See above.");
      showLosses(this.notices, losses, this.page);
    } else {
      this.saving.say("Nothing to save", "saved");
    }
    this.show(status === 200 ? body.findings : this.page.findings, content);
  }

  // A cell gives what was typed when it is left: it is left for a moment and taken up again.
  flush() {
    const typed = document.activeElement;
    if (!this.container.contains(typed) || !typed.isContentEditable) return;
    typed.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async read() {
    return (await this.manager.saveXML({ format: true })).xml;
  }

  async open(xml) {
    await this.import(xml);
  }

  changed() {
    if (this.isOpening) return;
    this.undoButtons();
    if (this.page.mayEdit) this.saving.changed();
    if (this.saving.stopped) this.checkSoon();
  }

  async check() {
    const content = await this.read();
    const { status, body } = await post(this.page.check, { content });
    if (status === 200) this.show(body.findings, content);
  }

  show(findings, content = this.content ?? "") {
    this.content = content;
    const here = findings.filter((one) => one.file === this.page.path);
    const places = new Map(here.map((one) => [one, placeOf(one, content, this.table)]));
    listFindings(
      this.list,
      findings,
      this.page.path,
      (one) => this.choose(places.get(one)),
      (one) => wordsFor(this.table, places.get(one)),
    );
    this.marks.show([...places.values()].map((place) => place.cell));
    document.getElementById("counts").textContent = countsOf(here);
  }

  choose(place) {
    const cell = cellOf(this.container, place);
    if (!cell) return;
    cell.scrollIntoView({ block: "center", inline: "center" });
    (cell.querySelector("[contenteditable]") ?? cell).focus();
  }

  buttons() {
    const stack = () => this.manager.getActiveViewer().get("commandStack");
    this.undo = button("Undo", () => stack().undo(), { "aria-keyshortcuts": "Control+Z" });
    this.redo = button("Redo", () => stack().redo(), { "aria-keyshortcuts": "Control+Y" });
    this.root
      .querySelector(".editor__buttons")
      .replaceChildren(
        button("Save now", () => this.saving.now(), { "aria-keyshortcuts": "Control+S", kind: "primary" }),
        this.undo,
        this.redo,
      );
    this.undoButtons();
  }

  undoButtons() {
    const stack = this.manager.getActiveViewer().get("commandStack");
    if (!this.undo) return;
    this.undo.disabled = !stack.canUndo();
    this.redo.disabled = !stack.canRedo();
  }
}

const root = document.querySelector(".editor[data-save]");
if (root) {
  const editor = new Editor(root);
  editor.begin().catch((reason) => editor.cannotOpen(reason));
}
