// Hands the viewer what changed as states of its own. It runs before the viewer looks at the page.

const WORDS = { added: "Added", changed: "Changed", moved: "Moved", removed: "Removed" };

const stateOf = ([id, mark]) => {
  const what = mark.what ?? mark.state ?? mark;
  const words = mark.text ?? (id.startsWith("flow_") ? "" : WORDS[what]);
  return [id, { state: what, text: words }];
};

for (const container of document.querySelectorAll(".diagram[data-changes]")) {
  const marks = Object.entries(JSON.parse(container.dataset.changes || "{}"));
  const known = marks.map(stateOf).filter(([, { state }]) => state in WORDS);
  container.dataset.state = JSON.stringify(Object.fromEntries(known));
}
