import { markdownText, safeLines } from "../safeText.ts";
import { renderMarkdown } from "../table.ts";
import type { Block, PageDocument, TableBlock } from "./document.ts";

/** Writes a page as Markdown, for a ticket: what is drawn on the page is a table here. */
export function markdownPage({ title, answer, lead, sections }: PageDocument): string {
  const parts = [
    `# ${markdownText(title)}`,
    `**${markdownText(answer)}**`,
    ...lead.map(markdownText),
    ...sections.flatMap((section) => [
      `## ${markdownText(section.title)}`,
      ...section.blocks.map(writeBlock),
    ]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function writeBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return markdownText(block.text);
    case "list":
      return block.items.map((item) => `- ${markdownText(item)}`).join("\n");
    case "table":
      return writeTable(block);
    case "figure":
      return `${markdownText(block.description)}\n\n${writeTable(block.table)}`;
    case "code":
      return fenced(safeLines(block.text));
    case "part":
      return [`### ${markdownText(block.title)}`, ...block.blocks.map(writeBlock)].join("\n\n");
    case "folded":
      return [
        `<details><summary>${markdownText(block.summary)}</summary>`,
        ...block.blocks.map(writeBlock),
        "</details>",
      ].join("\n\n");
  }
}

function writeTable({ caption, header, rows }: TableBlock): string {
  return `*${markdownText(caption)}*\n\n${renderMarkdown(header, rows).trimEnd()}`;
}

/** Between fences that are longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([found]) => found.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
