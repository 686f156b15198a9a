// Shows a diagram with what is marked on it. The table beside it says the same to everybody else.
//
//   <div class="diagram" data-diagram="/url/of/the.bpmn"
//        data-state='{"decide_appeal": {"state": "late", "text": "due 10 April"}}'></div>
//
// state is a word for which viewer.css has a style: done, now, late, stuck; text is optional and
// becomes a badge. Ids that are not drawn here are passed over. With the class diagram--wide as
// well it may grow wider than the column of text. in_step.js joins it with a list.

import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./viewer.css";

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import OutlineModule from "diagram-js/lib/features/outline";

import { isOpen, placeBadges } from "./badges.js";
import { keepInStep } from "./in_step.js";

const STATE = /^[a-z]+$/;
const MARGIN = 30;
const ROOM_FOR_THE_MARK = 40;
const LOWEST = 260;
const READABLE = 0.6;
const ZOOM_STEP = 1.3;
// After the viewer's own listeners.
const LATER = 100;

const show = async (container) => {
  const canvasBox = part("div", "diagram__canvas");
  container.replaceChildren(canvasBox);
  // The wheel belongs to the page, not to the diagram.
  const viewer = new NavigatedViewer({
    container: canvasBox,
    zoomScroll: { enabled: false },
    additionalModules: [OutlineModule],
  });
  await viewer.importXML(await load(container.dataset.diagram));
  const states = JSON.parse(container.dataset.state || "{}");
  mark(viewer, states);
  const canvas = viewer.get("canvas");
  const { chosen } = container.dataset;
  const fit = () => fitInto(canvasBox, canvas);
  const begin = () => {
    fit();
    lookAt(viewer, chosen, states);
  };
  container.append(buttons(canvas, fit));
  begin();
  // What is inside a phase that is drawn closed is a drawing of its own.
  viewer.get("eventBus").on("root.set", LATER, begin);
  keepInStep(container, viewer);
  followWidth(container, begin);
};

// Where the whole diagram is too small to read, begin at what is chosen or where the case is.
const lookAt = (viewer, chosen, states) => {
  const drawn = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  // A flow has a way, but no place of its own to begin at.
  const isHere = (shape) => shape?.width && canvas.findRoot(shape) === canvas.getRootElement();
  const waiting = Object.keys(states).filter((id) => states[id].state !== "done");
  const shapes = [chosen, ...waiting].map((id) => drawn.get(id)).filter(isHere);
  const element = shapes.find((shape) => shape.id === chosen || !isOpen(shape)) || shapes[0];
  if (!element || canvas.zoom() >= READABLE) return;
  const whole = withMargin(canvas.viewbox().inner);
  const width = canvas.getSize().width / READABLE;
  const height = canvas.getSize().height / READABLE;
  canvas.viewbox({
    x: within(element.x + element.width / 2 - width / 2, whole.x, whole.width - width),
    y: within(element.y + element.height / 2 - height / 2, whole.y, whole.height - height),
    width,
    height,
  });
};

const within = (wanted, first, room) => Math.max(first, Math.min(wanted, first + room));

const followWidth = (container, fit) => {
  let width = container.clientWidth;
  new ResizeObserver(() => {
    // What is out of sight for a moment has no width, and nothing fits into that.
    if (!container.clientWidth || container.clientWidth === width) return;
    width = container.clientWidth;
    fit();
  }).observe(container);
};

const load = async (url) => {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`Expected a diagram from ${url}, but got ${response.status}.`);
  return response.text();
};

const mark = (viewer, states) => {
  const drawn = viewer.get("elementRegistry");
  const known = Object.entries(states).filter(
    ([id, { state }]) => drawn.get(id) && STATE.test(state),
  );
  for (const [id, { state }] of known) {
    viewer.get("canvas").addMarker(id, `diagram-${state}`);
    if (isOpen(drawn.get(id))) viewer.get("canvas").addMarker(id, "diagram-open");
  }
  // A line has no place for a badge beside it.
  const said = known.filter(([id, { text }]) => text && !drawn.get(id).waypoints);
  placeBadges(viewer, said.map(([id, { state, text }]) => [id, badge(viewer, id, state, text)]));
};

const badge = (viewer, id, state, text) => {
  const node = part("div", `diagram__badge diagram__badge--${state}`);
  const shape = viewer.get("elementRegistry").get(id);
  node.addEventListener("click", () => viewer.get("selection").select(shape));
  // A badge that needs two lines breaks between what it counts, not within.
  for (const words of text.split(/(?<=,) /)) node.append(whole(words), " ");
  return node;
};

const whole = (words) => {
  const node = part("span", "diagram__count");
  node.textContent = words;
  return node;
};

const fitInto = (box, canvas) => {
  const { inner } = canvas.viewbox();
  const around = withMargin(inner);
  // The mark of the makers has a strip of its own below the drawing: see viewer.css.
  const wanted = (box.clientWidth * around.height) / around.width + ROOM_FOR_THE_MARK;
  const highest = Math.max(LOWEST, window.innerHeight * 0.8);
  box.style.height = `${Math.min(Math.max(wanted, LOWEST), highest)}px`;
  canvas.resized();
  const size = canvas.getSize();
  const scale = Math.min(size.width / around.width, size.height / around.height);
  const width = size.width / scale;
  canvas.viewbox({
    x: around.x - (width - around.width) / 2,
    y: around.y,
    width,
    height: size.height / scale,
  });
};

const withMargin = ({ x, y, width, height }) => ({
  x: x - MARGIN,
  y: y - MARGIN,
  width: width + 2 * MARGIN,
  height: height + 2 * MARGIN,
});

const buttons = (canvas, fit) => {
  const row = part("div", "govuk-button-group diagram__buttons");
  row.append(
    button("Larger", () => canvas.zoom(canvas.zoom() * ZOOM_STEP, "auto")),
    button("Smaller", () => canvas.zoom(canvas.zoom() / ZOOM_STEP, "auto")),
    button("Whole diagram", fit),
  );
  return row;
};

const button = (text, act) => {
  const node = part("button", "govuk-button govuk-button--secondary");
  node.type = "button";
  node.textContent = text;
  node.addEventListener("click", act);
  return node;
};

const part = (name, className) => {
  const node = document.createElement(name);
  node.className = className;
  return node;
};

for (const container of document.querySelectorAll(".diagram[data-diagram]")) {
  show(container).catch((reason) => {
    const message = part("p", "govuk-body");
    message.textContent = "The diagram could not be shown. The table on this page says the same.";
    container.replaceChildren(message);
    console.error(reason);
  });
}
