import { escapeUnsafe, markdownText, safeJson, safeText } from "../../report/safeText.ts";
import { renderMarkdown, renderTable } from "../../report/table.ts";

/** Formats that every result can be printed in. */
export const FORMATS = ["table", "json", "yaml", "markdown"] as const;
/** Formats of commands; `csv` where a result has {@link Result.rows}, `html` where a command writes a page. */
export type Format = (typeof FORMATS)[number] | "csv" | "html";

/** Writes text for people; nothing from outside can change what surrounds it. */
export interface Style {
  table: typeof renderTable;
  /** Makes one line, without a line break at its end. */
  line: (text: string) => string;
  /** Makes lines that belong to no list or table. */
  paragraphs: (texts: readonly string[]) => string;
  /** Shows lines of a file, which are safe already. */
  block: (text: string) => string;
}

/** Style of a terminal, and of everything that is no Markdown. */
export const PLAIN: Style = {
  table: renderTable,
  line: safeText,
  paragraphs: (texts) => texts.map((text) => `${safeText(text)}\n`).join(""),
  block: (text) => text,
};

const MARKDOWN: Style = {
  table: renderMarkdown,
  line: markdownText,
  paragraphs: (texts) => texts.map((text) => `${markdownText(text)}\n`).join("\n"),
  // Nothing ends a block that is indented but a line that is not.
  block: (text) => text.replaceAll(/^(?=.)/gm, "    "),
};

/** A result in each of its formats. */
export interface Result {
  /** Makes the result for programs, of plain JSON values. */
  data: () => unknown;
  /** Makes the result for people, with a newline at its end. */
  text: (style: Style) => string;
  /** Makes the rows for a spreadsheet, the titles first. */
  rows?: () => readonly (readonly string[])[];
}

/** Renders a result, with a newline at its end and nothing in it that a terminal obeys. */
export async function render(format: Format, { data, rows, text }: Result): Promise<string> {
  switch (format) {
    case "table":
      return text(PLAIN);
    case "markdown":
      return text(MARKDOWN);
    case "json":
      return `${safeJson(data())}\n`;
    case "yaml":
      return toYaml(data());
    case "csv":
      return toCsv(rows?.() ?? []);
    case "html":
      throw new Error("a page is not rendered as a result"); // No command with results offers it.
  }
}

async function toCsv(rows: readonly (readonly string[])[]): Promise<string> {
  const { stringify } = await import("csv-stringify/sync");
  // A spreadsheet computes cells that begin like a formula, and names come from outside.
  return stringify(
    rows.map((row) => row.map(safeText)),
    { escape_formulas: true },
  );
}

/** Writes YAML that can be shown, with a newline at its end. */
export async function toYaml(data: unknown): Promise<string> {
  const { dump } = await import("js-yaml");
  // By way of JSON, so that both formats leave out the same.
  const value: unknown = JSON.parse(JSON.stringify(data));
  const options = { lineWidth: -1, noRefs: true } as const;
  const yaml = dump(value, options);
  // An escape means something between double quotes only.
  return escapeUnsafe(yaml) === yaml
    ? yaml
    : escapeUnsafe(dump(value, { ...options, forceQuotes: true, quoteStyle: "double" }));
}
