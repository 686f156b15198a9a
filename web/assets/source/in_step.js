// Keeps a diagram and what else the page says of its elements in step: what is selected in one is
// selected in all, with the mouse and with the keyboard.
//
//   <div class="diagram" data-diagram="..." data-process="appeal" data-chosen="decide_appeal"
//        data-otherwise="nothing runs here." data-listed="Show in the table"></div>
//   <tr id="place-1" data-process="appeal" data-element="decide_appeal"
//       data-said="Decide the appeal: 5 running, 3 late">...
//         <span data-show></span> where the button goes that shows it in the diagram
//
// Without a script there is no button, and the list says everything by itself.

import { isOpen } from "./badges.js";

const SELECTED = "is-selected";
const ONWARD = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const ROOM = 60;

const views = new Map();

export const keepInStep = (container, viewer) => {
  const process = container.dataset.process;
  if (!process || !rowsOf(process).length) return;
  const view = { container, viewer, process, said: statusLine(), isTold: false };
  views.set(process, view);
  container.append(view.said);
  letKeysReach(view);
  addButtons(view);
  viewer.get("eventBus").on("selection.changed", ({ newSelection }) => {
    if (!view.isTold) select(process, idOf(newSelection[0]));
  });
  viewer.get("eventBus").on("root.set", () => moveTheStop(view, firstInSight(view)));
  const chosen = viewer.get("elementRegistry").get(container.dataset.chosen);
  if (chosen) show(view, chosen);
};

const rowsOf = (process, element) =>
  [...document.querySelectorAll("[data-element]")].filter(
    ({ dataset }) => dataset.process === process && (!element || dataset.element === element),
  );

const idOf = (shape) => (shape?.labelTarget || shape)?.id;

const select = (process, element) => {
  for (const row of document.querySelectorAll("[data-element]")) {
    const isChosen = row.dataset.process === process && row.dataset.element === element;
    row.classList.toggle(SELECTED, isChosen);
    row.querySelector("[data-shows]")?.setAttribute("aria-pressed", String(isChosen));
  }
  for (const view of views.values()) tell(view, view.process === process ? element : undefined);
};

const tell = (view, element) => {
  const shape = element && view.viewer.get("elementRegistry").get(element);
  view.isTold = true;
  view.viewer.get("selection").select(shape || null);
  view.isTold = false;
  for (const [id, node] of view.reached) node.setAttribute("aria-pressed", String(id === element));
  view.said.replaceChildren(...(element && shape ? saying(view, element, shape) : []));
};

const saying = (view, element, shape) => {
  const rows = rowsOf(view.process, element);
  const words = rows[0]?.dataset.said || nameOf(shape, view);
  if (!words) return [];
  if (!rows.length || !rows[0].id) return [text(words)];
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = `#${rows[0].id}`;
  link.textContent = view.container.dataset.listed || "Show in the table";
  return [text(`${words} `), link];
};

const nameOf = ({ businessObject }, { container }) => {
  const name = businessObject?.name?.replace(/\s+/g, " ").trim();
  return name ? `${name}: ${container.dataset.otherwise || "nothing here."}` : "";
};

const statusLine = () => {
  const line = document.createElement("p");
  line.className = "govuk-body diagram__said";
  line.setAttribute("role", "status");
  return line;
};

const text = (words) => document.createTextNode(words);

// One stop for the Tab key in each diagram; arrows go from one element to the next.
const letKeysReach = (view) => {
  const drawn = view.viewer.get("elementRegistry");
  const ids = new Set(rowsOf(view.process).map((row) => row.dataset.element));
  const shapes = [...ids].map((id) => drawn.get(id)).filter(Boolean);
  // The area that takes clicks takes the focus too: it holds no words that could differ from its
  // name, as the lines of a name do that are drawn one below the other.
  const areaOf = (shape) => drawn.getGraphics(shape).querySelector(".djs-hit");
  view.reached = new Map(shapes.map((shape) => [shape.id, areaOf(shape)]));
  shapes.forEach((shape, place) => {
    const node = view.reached.get(shape.id);
    node.setAttribute("role", "button");
    node.setAttribute("aria-pressed", "false");
    node.setAttribute("aria-label", rowsOf(view.process, shape.id)[0].dataset.said || shape.id);
    view.viewer.get("outline").createOutline(shape);
    // With the mouse it is in sight, and must not move away from under it.
    node.addEventListener("focus", () => {
      if (node.matches(":focus-visible")) bringIntoSight(view, shape);
    });
    node.addEventListener("keydown", (event) => pressed(event, view, shapes, place));
  });
  moveTheStop(view, firstInSight(view));
};

// Not a phase drawn open: it lies around and behind much else.
const firstInSight = ({ viewer, reached }) => {
  const canvas = viewer.get("canvas");
  const drawn = viewer.get("elementRegistry");
  const here = [...reached.keys()].filter((id) => canvas.findRoot(id) === canvas.getRootElement());
  return here.find((id) => !isOpen(drawn.get(id))) || here[0];
};

const moveTheStop = ({ reached }, to) => {
  for (const [id, node] of reached) node.setAttribute("tabindex", id === to ? "0" : "-1");
};

const pressed = (event, view, shapes, place) => {
  const shape = shapes[place];
  const next = shapes[wanted(event.key, shapes.length, place)];
  if (next) {
    // Another drawing may come into sight with it, so it is shown before it takes the focus.
    bringIntoSight(view, next);
    moveTheStop(view, next.id);
    view.reached.get(next.id).focus();
  } else if (event.key === "Enter" || event.key === " ") select(view.process, shape.id);
  else if (event.key === "Escape") select(view.process);
  else return;
  // Otherwise the arrow keys would move the whole diagram as well.
  event.preventDefault();
  event.stopPropagation();
};

const wanted = (key, count, place) => {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return key in ONWARD ? (place + ONWARD[key] + count) % count : undefined;
};

const addButtons = (view) => {
  for (const row of rowsOf(view.process)) {
    const place = row.querySelector("[data-show]");
    const shape = view.viewer.get("elementRegistry").get(row.dataset.element);
    if (place && shape) place.replaceChildren(showButton(view, row, shape));
  }
};

const showButton = (view, row, shape) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button in-step__show";
  button.setAttribute("aria-pressed", "false");
  button.dataset.shows = shape.id;
  const about = document.createElement("span");
  about.className = "govuk-visually-hidden";
  about.textContent = `: ${row.dataset.said || shape.id}`;
  button.append("Show in the diagram", about);
  button.addEventListener("click", () => {
    show(view, shape);
    view.container.scrollIntoView({ block: "nearest" });
  });
  return button;
};

// Another drawing that comes into sight forgets what was selected: first there, then select.
const show = (view, shape) => {
  bringIntoSight(view, shape);
  select(view.process, shape.id);
};

const bringIntoSight = ({ viewer }, shape) => viewer.get("canvas").scrollToElement(shape, ROOM);
