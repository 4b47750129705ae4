/**
 * `npm run docs:drivers -- RECORD`: writes what a record says into docs/drivers.md, below what is written by
 * hand. RECORD is what `pulumi stack output drivers --json` printed.
 */
import { readFileSync, writeFileSync } from "node:fs";

import { driverPage } from "./drivers/page.ts";
import { parseDriverRecord } from "./drivers/record.ts";

const PAGE = "docs/drivers.md";
const MARK = "<!-- From here on made by npm run docs:drivers -->\n";

const [path, ...rest] = process.argv.slice(2);
if (path === undefined || rest.length > 0) {
  process.stderr.write("drivers: usage: npm run docs:drivers -- RECORD.json\n");
  process.exitCode = 2;
} else {
  const [byHand = ""] = readFileSync(PAGE, "utf8").split(MARK);
  const made = driverPage(parseDriverRecord(readFileSync(path, "utf8")));
  writeFileSync(PAGE, `${byHand}${MARK}\n${made}`);
}
