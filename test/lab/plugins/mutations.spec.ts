import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../../lab/paths.ts";
import { mutations } from "../../plugins/mutationList.ts";
import { TABLE_FILE, withTable } from "../../plugins/mutationTable.ts";

describe("the mutations of the plugins' conformance suite", () => {
  for (const { case: title, breaks, file, find, replace } of mutations) {
    it(`can still be made: ${breaks} (${title})`, () => {
      const source = readFileSync(join(projectDir, "lab", "plugins", file), "utf8");
      assert.equal(source.split(find).length, 2, `lab/plugins/${file} has once: ${find}`);
      assert.notEqual(find, replace);
    });
  }

  it("are those of the table in the documentation", async () => {
    const text = readFileSync(TABLE_FILE, "utf8");
    assert.equal(
      text,
      await withTable(text),
      "run them again: npm run test:plugins -- --mutations",
    );
  });
});
