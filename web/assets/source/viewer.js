// Shows where a case is on its diagram. The table beside it says the same to everybody else.
//
//   <div class="diagram" data-diagram="/url/of/the.bpmn"
//        data-state='{"decide_appeal": {"state": "late", "text": "due 10 April"}}'></div>
//
// state is done, now or late; text is optional. Ids that are not drawn here are passed over.
// With the class diagram--wide as well it may grow wider than the column of text.

import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./viewer.css";

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const STATES = ["done", "now", "late"];
const MARGIN = 30;
const ROOM_FOR_THE_MARK = 40;
const LOWEST = 220;
const READABLE = 0.6;
const SMALL = 60;
const ZOOM_STEP = 1.3;

const show = async (container) => {
  const canvasBox = part("div", "diagram__canvas");
  container.replaceChildren(canvasBox);
  // The wheel belongs to the page, not to the diagram.
  const viewer = new NavigatedViewer({ container: canvasBox, zoomScroll: { enabled: false } });
  await viewer.importXML(await load(container.dataset.diagram));
  const states = JSON.parse(container.dataset.state || "{}");
  mark(viewer, states);
  const fit = () => fitInto(canvasBox, viewer.get("canvas"));
  container.append(buttons(viewer.get("canvas"), fit));
  const begin = () => {
    fit();
    lookAt(viewer, states);
  };
  begin();
  followWidth(container, begin);
};

// Where the whole diagram is too small to read, begin where the case is.
const lookAt = (viewer, states) => {
  const here = Object.keys(states).find((id) => states[id].state !== "done");
  const element = here && viewer.get("elementRegistry").get(here);
  const canvas = viewer.get("canvas");
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
  const canvas = viewer.get("canvas");
  const drawn = viewer.get("elementRegistry");
  for (const [id, { state, text }] of Object.entries(states)) {
    if (!drawn.get(id) || !STATES.includes(state)) continue;
    canvas.addMarker(id, `diagram-${state}`);
    if (text) viewer.get("overlays").add(id, placed(badge(state, text), drawn.get(id)));
  }
};

// Above its shape and no wider, so that it covers no name: neither this one's nor a neighbour's.
// An event or a gateway has its name outside: the badge stands on the other side.
const placed = (node, { width, height, y, label }) => {
  const isSmall = width < SMALL;
  const isBelow = isSmall && label && label.y < y;
  node.style.maxWidth = isSmall ? "none" : `${width}px`;
  node.classList.toggle("diagram__badge--above", !isBelow);
  return { position: { top: isBelow ? height : 0, left: 0 }, html: node };
};

const badge = (state, text) => {
  const node = part("div", `diagram__badge diagram__badge--${state}`);
  node.textContent = text;
  return node;
};

const fitInto = (box, canvas) => {
  const { inner } = canvas.viewbox();
  const around = withMargin(inner);
  const wanted = (box.clientWidth * around.height) / around.width + ROOM_FOR_THE_MARK;
  const highest = Math.max(LOWEST, window.innerHeight * 0.8);
  box.style.height = `${Math.min(Math.max(wanted, LOWEST), highest)}px`;
  canvas.resized();
  const scale = Math.min(
    box.clientWidth / around.width,
    (box.clientHeight - ROOM_FOR_THE_MARK) / around.height,
  );
  const width = box.clientWidth / scale;
  canvas.viewbox({
    x: around.x - (width - around.width) / 2,
    y: around.y,
    width,
    height: box.clientHeight / scale,
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
