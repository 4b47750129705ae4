import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ADVICE } from "../../../cli/drivers/advice.ts";
import { effectOf } from "../../../cli/drivers/effect.ts";
import { driverPage } from "../../../cli/drivers/page.ts";
import { parseDriverRecord } from "../../../cli/drivers/record.ts";
import { driversFor } from "../../../components/drivers.ts";

const DOCS = join(__dirname, "../../../docs");
const KINDS = ["memcached", "mongodb", "mysql", "redis"];

describe("the page on drivers", () => {
  const record = parseDriverRecord(readFileSync(join(DOCS, "evidence/drivers.json"), "utf8"));

  it("is what the record in docs/evidence makes it", () => {
    const [, made] = readFileSync(join(DOCS, "drivers.md"), "utf8").split(
      "<!-- From here on made by npm run docs:drivers -->\n\n",
    );
    assert.equal(made, driverPage(record));
  });

  it("has every driver, with an advice", () => {
    const measured = new Set(record.rows.map(({ driver }) => driver));
    assert.deepEqual([...measured].sort(), driversFor("all", KINDS));
    assert.deepEqual(Object.keys(ADVICE), driversFor("all", KINDS));
  });

  it("advises what was measured to work", () => {
    const advised = record.rows.filter(({ case: name }) => name.startsWith("advised"));
    assert.equal(new Set(advised.map(({ driver }) => driver)).size, 8);
    for (const row of advised) {
      assert.ok(["lived", "hidden"].includes(effectOf(row)), `${row.driver}, ${row.case}`);
    }
  });

  it("is refused a driver without advice, and what is no record", () => {
    const rows = record.rows.map((row) => ({ ...row, driver: "java-jdbc" }));
    assert.throws(
      () => driverPage({ ...record, rows }),
      /java-jdbc has no advice in cli\/drivers\/advice.ts/,
    );
    assert.throws(() => parseDriverRecord('{"schemaVersion":0}'), {
      message:
        'the record of the drivers: found "{\\"schemaVersion\\":0}", which is none of schema version 1; set run to ' +
        "another number to measure again",
    });
  });
});
