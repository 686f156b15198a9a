// Finds the cell a finding is about, by the line of the file it names, and marks it.

const OPENS = /<(?:\w+:)?(rule|inputEntry|outputEntry)\b[^>]*\bid="([^"]*)"/g;

// The ids of row and cell that a finding is about: by the line it names, and where that is the line
// of a row, by the cell whose text it repeats.
export const placeOf = (finding, content, table) => {
  const before = content.split("\n").slice(0, finding.line).join("\n");
  const place = {};
  for (const [, tag, id] of before.matchAll(OPENS)) {
    if (tag === "rule") Object.assign(place, { row: id, cell: undefined });
    else place.cell = id;
  }
  if (!place.cell) place.cell = cellSaid(finding.message, table, place.row)?.id;
  return place;
};

// A message names the limits of a figure before the figure: the cell named last is meant.
const cellSaid = (message, table, row) => {
  const rule = table?.get("rule").find((one) => one.id === row);
  const cells = rule ? [...rule.get("inputEntry"), ...rule.get("outputEntry")] : [];
  const places = cells.map((cell) => [lastPlace(message, cell.text), cell]).filter(([at]) => at >= 0);
  return places.sort((a, b) => b[0] - a[0])[0]?.[1];
};

const lastPlace = (message, text = "") => {
  const bare = text.trim().replace(/^"(.*)"$/, "$1");
  if (!bare || bare === "-") return -1;
  const word = new RegExp(`(?<![\\w.])${bare.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w])`, "g");
  return [...message.matchAll(word)].pop()?.index ?? -1;
};

// "Row 5, Value": the words for a place in a table.
export const wordsFor = (table, { row, cell }) => {
  if (!table || !row) return "";
  const rules = table.get("rule");
  const at = rules.findIndex((rule) => rule.id === row);
  if (at < 0) return "";
  const inputs = rules[at].get("inputEntry").findIndex((entry) => entry.id === cell);
  const outputs = rules[at].get("outputEntry").findIndex((entry) => entry.id === cell);
  const column = inputs >= 0 ? table.get("input")[inputs] : table.get("output")[outputs];
  const name = column && (column.label || column.name || column.inputExpression?.text);
  return name ? `Row ${at + 1}, ${name}` : `Row ${at + 1}`;
};

export const cellOf = (container, { row, cell }) =>
  container.querySelector(`td[data-element-id="${CSS.escape(cell ?? "")}"]`) ??
  container.querySelector(`td[data-row-id="${CSS.escape(row ?? "")}"]`);

// Marks cells without touching them: the library draws them anew whenever it likes.
export class CellMarks {
  constructor() {
    this.sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.sheet];
  }

  show(ids) {
    const cells = [...new Set(ids.filter(Boolean))].map((id) => `td[data-element-id="${CSS.escape(id)}"]`);
    const all = cells.join(", ");
    this.sheet.replaceSync(
      cells.length
        ? `${all} { box-shadow: inset 0 0 0 3px #b10e1e; position: relative; }
           ${cells.map((cell) => `${cell}::after`).join(", ")} { content: "!"; position: absolute; top: 3px;
             right: 3px; width: 18px; background: #b10e1e; color: #fff; font: bold 14px/18px Arial, sans-serif;
             text-align: center; }`
        : "",
    );
  }
}
