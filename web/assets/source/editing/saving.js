// Saves one file as it is worked on, and says at every moment whether it is saved.
//
// The editor tells it that something changed, and how to read what is there. It saves a moment
// later, again after a dropped connection, and stops with an explanation when it must not.

import { button, download, later, link, notice, paragraph, timeOf } from "./elements.js";
import { post } from "./server.js";

const A_MOMENT = 1200;
const SHORTEST_WAIT = 2000;
const LONGEST_WAIT = 30000;

const SIGNED_OUT =
  "You are signed out. What you see here is still there: sign in in another tab, then choose Save now.";
const NO_CONNECTION = "the connection is lost";
const SERVER_FAULT = "something went wrong on our side";

export class Saving {
  // page: data of the page (addresses, version, name); editor: {flush, read, open, show}, where
  // show takes the findings; status and notices are the elements to write into.
  constructor(page, editor, status, notices) {
    this.page = page;
    this.editor = editor;
    this.status = status;
    this.notices = notices;
    this.version = page.version;
    this.edits = 0;
    this.savedEdits = 0;
    this.wait = SHORTEST_WAIT;
    this.stopped = "";
    this.soon = later(() => this.now(), A_MOMENT);
    this.again = later(() => this.now(), SHORTEST_WAIT);
    this.keep = later(() => this.keepCopy(), A_MOMENT / 4);
    this.watch();
  }

  get isUnsaved() {
    return this.edits !== this.savedEdits || Boolean(this.running);
  }

  watch() {
    addEventListener("beforeunload", (event) => {
      this.editor.flush();
      if (this.isUnsaved) event.preventDefault();
    });
    addEventListener("online", () => this.isUnsaved && this.now());
    addEventListener("focus", () => this.isSignedOut && this.now());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "hidden") return;
      this.editor.flush();
      if (this.isUnsaved) this.now();
    });
    // Before anybody else: the box for names on a drawing keeps its keys to itself.
    const onKey = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      this.now();
    };
    document.addEventListener("keydown", onKey, true);
  }

  changed() {
    this.edits += 1;
    this.keep();
    if (this.mayGoOn) this.goOn();
    if (this.stopped) return this.say(`Not saved: ${this.stopped}`, "waits");
    this.say("Not saved yet", "waits");
    this.soon();
  }

  // What was asked may be answered by the next change, an undo for one.
  goOn() {
    this.mayGoOn = false;
    this.stopped = "";
    document.getElementById("losses")?.remove();
  }

  // Nothing is saved until start is called; why says it beside the drawing.
  stop(why) {
    this.stopped = why;
    this.soon.cancel();
    this.again.cancel();
    this.say(`Not saved: ${why}`, "stopped");
  }

  start() {
    this.stopped = "";
    if (this.isUnsaved) this.now();
    else this.say("Nothing to save", "saved");
  }

  async now(more = {}) {
    this.editor.flush();
    if (this.stopped) return this.say(`Not saved: ${this.stopped}`, "stopped");
    if (this.running) {
      this.wanted = more;
      return this.running;
    }
    if (this.edits === this.savedEdits && !more.anyway) return this.sayNothingToSave();
    this.soon.cancel();
    this.again.cancel();
    this.running = this.send(more);
    await this.running;
    this.running = null;
    if (this.wanted) {
      const wanted = this.wanted;
      this.wanted = null;
      return this.now(wanted);
    }
  }

  async send(more) {
    const edits = this.edits;
    this.say("Saving …", "waits");
    let content;
    try {
      content = await this.editor.read();
    } catch (reason) {
      return this.stop(`the drawing could not be written (${reason.message}). Undo your last change.`);
    }
    const { accept_losses } = more;
    const { status, body } = await post(this.page.save, { content, version: this.version, accept_losses });
    this.isSignedOut = status === 401;
    if (status === 200) return this.saved(body, edits, content);
    if (status === 409 && body.version !== undefined) return this.overtaken(body, content);
    if (status === 0) return this.retry(NO_CONNECTION);
    if (status >= 500 || status === 429) return this.retry(SERVER_FAULT);
    if (status === 401) return this.say(`Not saved: ${SIGNED_OUT}`, "stopped");
    if (body.findings?.length) this.editor.show(body.findings);
    if (body.losses?.length) return this.wouldLose(body.losses);
    return this.say(`Not saved: ${body.message ?? "the server would not take it."}`, "stopped");
  }

  saved(body, edits, content) {
    this.version = body.version;
    this.savedEdits = edits;
    this.wait = SHORTEST_WAIT;
    this.saidSaved = `Saved at ${timeOf(body.saved_at)}`;
    if (this.edits === edits) {
      this.dropCopy();
      this.say(this.saidSaved, "saved");
    } else {
      this.say("Not saved yet", "waits");
      this.soon();
    }
    this.editor.show(body.findings ?? [], content);
  }

  sayNothingToSave() {
    this.say(this.saidSaved ? `${this.saidSaved}. Nothing has changed since` : "Nothing to save", "saved");
  }

  retry(why) {
    const seconds = Math.round(this.wait / 1000);
    this.say(`Not saved: ${why}. Trying again in ${seconds} seconds. A copy is kept in this browser`, "stopped");
    this.keepCopy();
    this.again.cancel();
    this.again = later(() => this.now(), this.wait);
    this.again();
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  // Nothing was lost on opening, so it was taken away here, and may be on purpose.
  wouldLose(losses) {
    this.stop("something the file has would go. See above.");
    const without = button(
      "Save without it",
      () => {
        this.goOn();
        this.now({ accept_losses: true, anyway: true });
      },
      { kind: "warning" },
    );
    showLosses(this.notices, losses, this.page, without);
    this.mayGoOn = true;
  }

  overtaken(body, mine) {
    this.stop("somebody else saved first. See above.");
    const who = body.saved_by || "Somebody";
    const when = body.saved_at ? ` at ${timeOf(body.saved_at)}` : "";
    const swap = button("Show theirs", () => this.showTheirs(body, mine, swap));
    const box = notice(
      "overtaken",
      "Somebody else saved first",
      paragraph(`${who} saved this file${when}, after you had opened it. Nothing of yours is lost, and nothing of theirs.`),
      buttons(
        swap,
        button("Keep mine and save over it", () => this.keepMine(body, mine, box), { kind: "warning" }),
        button("Download mine", () => download(this.page.name, mine)),
      ),
    );
    put(this.notices, box);
  }

  async showTheirs(body, mine, swap) {
    if (!this.shown) {
      await this.editor.flush();
      this.mine = await this.editor.read();
      await this.editor.open(body.content);
      this.shown = true;
      swap.textContent = "Back to mine";
      swap.after(
        button("Go on with theirs", () => this.takeTheirs(body), { kind: "secondary", id: "take-theirs" }),
      );
      return;
    }
    await this.editor.open(this.mine ?? mine);
    this.shown = false;
    swap.textContent = "Show theirs";
    document.getElementById("take-theirs")?.remove();
  }

  takeTheirs(body) {
    this.version = body.version;
    this.shown = false;
    this.savedEdits = this.edits;
    this.dropCopy();
    document.getElementById("overtaken")?.remove();
    this.saidSaved = "";
    this.start();
  }

  async keepMine(body, mine, box) {
    if (this.shown) await this.editor.open(this.mine ?? mine);
    this.shown = false;
    this.version = body.version;
    this.stopped = "";
    box.remove();
    await this.now({ anyway: true });
  }

  say(text, kind) {
    const said = /[.…]$/.test(text) ? text : `${text}.`;
    if (this.status.textContent !== said) this.status.textContent = said;
    this.status.dataset.kind = kind;
  }

  // A copy in this browser, in case nothing else is left of the work.
  async keepCopy() {
    if (!this.isUnsaved || this.shown) return;
    try {
      const content = await this.editor.read();
      if (!this.isUnsaved) return;
      const copy = { content, version: this.version, at: new Date().toISOString() };
      localStorage.setItem(this.page.copy, JSON.stringify(copy));
    } catch {
      // A full or forbidden store takes nothing; the page warns before it is left.
    }
  }

  dropCopy() {
    this.keep.cancel();
    try {
      localStorage.removeItem(this.page.copy);
    } catch {
      // The same.
    }
  }

  // Offers what was typed here and never saved, after a crash or a closed window.
  offerCopy(opened) {
    let copy;
    try {
      copy = JSON.parse(localStorage.getItem(this.page.copy) ?? "null");
    } catch {
      copy = null;
    }
    if (!copy || copy.content === opened) return;
    const box = notice(
      "unsaved-copy",
      "Changes of yours were not saved",
      paragraph(`This browser kept a copy at ${timeOf(copy.at)}, which never reached the draft.`),
      buttons(
        button("Take it up again", async () => {
          box.remove();
          await this.editor.open(copy.content);
          this.changed();
        }),
        button("Throw it away", () => {
          box.remove();
          this.dropCopy();
        }),
        button("Download it", () => download(this.page.name, copy.content)),
      ),
    );
    put(this.notices, box);
  }
}

const buttons = (...inside) => {
  const row = document.createElement("div");
  row.className = "govuk-button-group";
  row.append(...inside);
  return row;
};

const put = (place, box) => {
  document.getElementById(box.id)?.remove();
  place.append(box);
  box.scrollIntoView({ block: "nearest" });
};

// Names what a save would lose. Nothing is saved while this stands there; without is a button to
// save all the same, where it was a person and not the editor that took it away.
export const showLosses = (place, losses, page, without) => {
  const list = document.createElement("ul");
  list.className = "govuk-list govuk-list--bullet";
  for (const { element_id: id, what } of losses) {
    const item = document.createElement("li");
    item.textContent = !id || what.includes(id) ? what : `${id}: ${what}`;
    list.append(item);
  }
  const ways = paragraph(
    without ? "Undo the change, save without it, or " : "Nothing is saved here while that is so. ",
    link(without ? "change the file as text" : "Change the file as text", page.text),
    page.steps ? " or in " : "",
    page.steps ? link("Steps as a list", page.steps) : "",
    ", where everything is kept.",
  );
  const heading = without ? "Saving waits: is this to go?" : "Saving waits: this editor cannot keep all of the file";
  const said = without
    ? "The file as it was saved last has this, and what you see here does not:"
    : "The file has what this editor does not know. Saving would lose it:";
  put(place, notice("losses", heading, paragraph(said), list, without ? buttons(without) : "", ways));
};
