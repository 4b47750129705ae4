import { markdownText, safeText } from "./safeText.ts";

/**
 * Renders a plain text table: columns as wide as their widest cell, two spaces between them, and a rule under the
 * header. Titles and cells are made safe to show.
 *
 * @throws Error when a row has not as many cells as the header.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const wrong = rows.find((row) => row.length !== header.length);
  if (wrong !== undefined) {
    throw new Error(
      `a row has ${wrong.length} cells, the header ${header.length}: ${wrong.join(", ")}`,
    );
  }
  const [titles = [], ...safe] = [header, ...rows].map((row) => row.map(safeText));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...safe.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width));
  return [titles, rule, ...safe].map((cells) => `${line(cells)}\n`).join("");
}

/** Renders a Markdown table, whose cells show their text as it is. */
export function renderMarkdown(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(" | ")} |\n`;
  return [header, header.map(() => "---"), ...rows].map(line).join("");
}
