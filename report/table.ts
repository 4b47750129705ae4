/**
 * A plain text table: columns as wide as their widest cell, two spaces between them, and a rule under
 * the header.
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
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width));
  return [header, rule, ...rows].map((cells) => `${line(cells)}\n`).join("");
}

/** The same as a Markdown table. */
export function renderMarkdown(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [header, header.map(() => "---"), ...rows].map(line).join("");
}
