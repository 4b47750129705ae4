import type { Markup } from "./markup.ts";

/** A page before it is HTML or Markdown. All text is plain: who writes the page escapes it. */
export interface PageDocument {
  title: string;
  /** The answer in one or two sentences. */
  answer: string;
  /** Sentences that follow the answer. */
  lead: readonly string[];
  sections: readonly Section[];
}

export interface Section {
  /** Name of its place on the page: lower-case letters and hyphens. */
  id: string;
  title: string;
  blocks: readonly Block[];
}

export type Block =
  | { kind: "paragraph"; text: string }
  | { kind: "list"; items: readonly string[] }
  | TableBlock
  | Figure
  /** Text to copy, line by line. */
  | { kind: "code"; label: string; text: string }
  /** Part of a section with a heading of its own. */
  | { kind: "part"; title: string; blocks: readonly Block[] }
  /** What is folded away until somebody asks for it. */
  | { kind: "folded"; summary: string; blocks: readonly Block[] };

/** A table; every row has as many cells as the header, and the first cell names the row. */
export interface TableBlock {
  kind: "table";
  caption: string;
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A drawing, and the same in figures for whoever does not see it. */
export interface Figure {
  kind: "figure";
  title: string;
  /** What the drawing shows, in one or two sentences. */
  description: string;
  svg: Markup;
  table: TableBlock;
}

export function paragraph(text: string): Block {
  return { kind: "paragraph", text };
}

export function list(items: readonly string[]): Block {
  return { kind: "list", items };
}

export function table(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): TableBlock {
  return { kind: "table", caption, header, rows };
}
