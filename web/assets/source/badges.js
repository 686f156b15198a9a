// Puts the badges of a diagram where they cover nothing that is to be read.
//
// Around each shape there are a few places where its badge may stand; it gets the one that covers
// the least of other shapes, names, badges and lines. All figures are units of the diagram.

const GAP = 2;
const LINE = 3;
// What it costs to cover a unit of something: names and shapes are read, lines can be followed.
const READ = 10;
const FOLLOWED = 1;
const BEYOND = 30;
const LANE_NAME = 30;
const OPEN_NAME = 26;
const LETTER = 7;
const INSIDE = 8;
const AROUND = 30;
const EDGE = 3;
// Places come in order of liking; a later one must be better by this much.
const STEP = 4;
const FAR = 120;
const FORMS = [
  "",
  "diagram__badge--line",
  "diagram__badge--small",
  "diagram__badge--small diagram__badge--line",
];
const FORM = 60;

export const placeBadges = (viewer, badges) => {
  const drawn = viewer.get("elementRegistry");
  const overlays = viewer.get("overlays");
  const planes = new Map();
  for (const [id, node] of badges) {
    const shape = drawn.get(id);
    const plane = planeOf(viewer, shape, planes);
    const spot = bestForm(viewer, node, shape, plane);
    node.className = spot.form;
    overlays.add(id, {
      position: { top: spot.y - shape.y, left: spot.x - shape.x },
      html: node,
    });
    plane.covered.push({ ...spot, weight: READ });
  }
};

// As it is liked best: in lines, in one line, smaller; a later form only where it covers less.
const bestForm = (viewer, node, shape, plane) => {
  const usual = node.className;
  let found;
  FORMS.forEach((form, order) => {
    if (found && found.lost < FORM * order) return;
    node.className = `${usual} ${form}`.trim();
    const size = measured(viewer, node);
    const spot = best(spots(shape, size.width, size.height), size, plane, shape);
    const lost = spot.lost + FORM * order;
    if (!found || lost < found.lost) found = { ...spot, ...size, lost, form: node.className };
  });
  return found;
};

// A phase that is drawn closed has a plane of its own, with its own shapes at the same places.
const planeOf = (viewer, shape, planes) => {
  const canvas = viewer.get("canvas");
  const root = canvas.findRoot(shape);
  if (!planes.has(root)) {
    const drawn = viewer.get("elementRegistry");
    const there = drawn.filter((one) => canvas.findRoot(one) === root);
    planes.set(root, { covered: obstacles(there, drawn), whole: boundsOf(there) });
  }
  return planes.get(root);
};

const measured = (viewer, node) => {
  const box = viewer.get("canvas").getContainer();
  box.append(node);
  const size = { width: node.offsetWidth, height: node.offsetHeight };
  node.remove();
  return size;
};

const spots = (shape, width, height) => {
  const { x, y, width: w, height: h } = shape;
  const above = y - height - GAP;
  const below = y + h + GAP;
  const middle = x + (w - width) / 2;
  const right = x + w - width;
  const [before, after] = [x - width - GAP, x + w + GAP];
  const inside = { x: x + INSIDE, y: y + INSIDE };
  const row = (top, ...lefts) => lefts.map((left) => ({ x: left, y: top }));
  const far = (...places) => row(...places).map((place) => ({ ...place, far: FAR }));
  return [
    ...(isOpen(shape) ? [inside, { ...inside, x: right - INSIDE }] : []),
    ...row(above, x, middle, right),
    ...row(below, middle, x, right),
    ...row(above, after, before),
    ...row(below, after, before),
    ...row(y + (h - height) / 2, after, before),
    ...row(y, after, before),
    ...row(y + h - height, after, before),
    ...far(above - height / 2, after, middle, before),
    ...far(below + height / 2, after, middle, before),
    ...far(above - height, after, middle, before),
    ...far(below + height, after, middle, before),
  ];
};

const best = (places, size, { covered, whole }, shape) => {
  let found;
  places.forEach((place, order) => {
    const box = { ...place, ...size };
    const lost = covered.reduce(
      (sum, one) => sum + (one.of === shape ? 0 : overlap(box, one) * one.weight),
      order * STEP + (place.far || 0) + outside(box, whole) * BEYOND,
    );
    if (!found || lost < found.lost) found = { ...place, lost };
  });
  return found;
};

const overlap = (a, b) => {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
};

const outside = (box, whole) => box.width * box.height - overlap(box, whole);

const boundsOf = (elements) => {
  const boxes = elements.filter(({ width }) => width);
  const x = Math.min(...boxes.map((one) => one.x)) - AROUND;
  const y = Math.min(...boxes.map((one) => one.y)) - AROUND;
  const right = Math.max(...boxes.map((one) => one.x + one.width)) + AROUND;
  const bottom = Math.max(...boxes.map((one) => one.y + one.height)) + AROUND;
  return { x, y, width: right - x, height: bottom - y };
};

const obstacles = (elements, drawn) => elements.flatMap((element) => {
  if (element.waypoints) return lines(element);
  if (!element.parent || !element.width) return [];
  if (element.labelTarget) return [writtenAt(element, drawn.getGraphics(element))];
  if (isOpen(element)) return [nameOf(element)];
  return [{ ...boxOf(element), weight: READ, of: element }];
});

// Holds other shapes in sight: a pool, a lane, a phase that is drawn open.
export const isOpen = ({ type, di, labelTarget }) =>
  !labelTarget && (/Lane|Participant/.test(type) || (type === "bpmn:SubProcess" && di.isExpanded));

const boxOf = ({ x, y, width, height }) => ({ x, y, width, height });

// A name takes more lines than its drawing says when its font is not the one it was drawn with.
const writtenAt = (label, graphics) => {
  const { x, y, width, height } = graphics.querySelector(".djs-visual").getBBox();
  const box = width ? { x: label.x + x, y: label.y + y, width, height } : boxOf(label);
  const [left, top] = [box.x - EDGE, box.y - EDGE];
  return { x: left, y: top, width: box.width + 2 * EDGE, height: box.height + 2 * EDGE, weight: READ };
};

// What holds other shapes has its name along one edge: a lane at the left, a phase at the top.
const nameOf = (element) => {
  const box = { ...boxOf(element), weight: READ };
  if (/Lane|Participant/.test(element.type)) return { ...box, width: LANE_NAME };
  const letters = (element.businessObject.name || "").length;
  const width = Math.min(element.width, letters * LETTER);
  return { ...box, x: box.x + (box.width - width) / 2, width, height: OPEN_NAME };
};

const lines = ({ waypoints }) => waypoints.slice(1).map((end, n) => {
  const start = waypoints[n];
  return {
    x: Math.min(start.x, end.x) - LINE / 2,
    y: Math.min(start.y, end.y) - LINE / 2,
    width: Math.abs(start.x - end.x) + LINE,
    height: Math.abs(start.y - end.y) + LINE,
    weight: FOLLOWED,
  };
});
