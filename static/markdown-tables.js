/** GitHub's tables, pure: a header row, a row of dashes, rows until a blank line. */

/**
 * @param {string[]} lines
 * @param {number} line
 */
export function tableAt(lines, line) {
  if (!lines[line].includes("|") || !lines[line + 1]?.includes("|")) return null;
  const head = cellsOf(lines[line]);
  const dashes = cellsOf(lines[line + 1]);
  if (head.length !== dashes.length || !dashes.every((cell) => /^:?-+:?$/.test(cell))) return null;
  let next = line + 2;
  while (next < lines.length && lines[next].includes("|")) next += 1;
  const rows = lines.slice(line + 2, next).map((row) => fitted(cellsOf(row), head.length));
  return { block: { type: "table", aligns: dashes.map(alignOf), head, rows }, next };
}

function cellsOf(line) {
  const inside = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function fitted(cells, length) {
  return Array.from({ length }, (_, index) => cells[index] ?? "");
}

function alignOf(dashes) {
  const [left, right] = [dashes.startsWith(":"), dashes.endsWith(":")];
  if (left && right) return "center";
  if (right) return "right";
  return left ? "left" : null;
}
