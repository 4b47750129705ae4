import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { projectDir } from "../../lab/paths.ts";
import { mutations } from "./mutationList.ts";

export const TABLE_FILE = join(projectDir, "docs", "plugins.md");

const BEGIN = "<!-- Written by `npm run test:plugins -- --mutations` -->\n";
const END = "<!-- The end of what was written -->\n";

/** The file's text with the table of all mutations in place of the one it has. */
export async function withTable(text: string): Promise<string> {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${TABLE_FILE} has no place for the table: ${BEGIN}${END}`);
  }
  const rows = mutations.map(({ case: title, breaks, file }) => [title, breaks, `\`${file}\``]);
  const table = [
    ["case that fails", "broken on purpose", "in `lab/plugins`"],
    ["-", "-", "-"],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("");
  const whole = [before, BEGIN, "\n", table, "\n", END, after].join("");
  return format(whole, { ...(await resolveConfig(TABLE_FILE)), parser: "markdown" });
}

export async function writeTable(): Promise<void> {
  writeFileSync(TABLE_FILE, await withTable(readFileSync(TABLE_FILE, "utf8")));
}
