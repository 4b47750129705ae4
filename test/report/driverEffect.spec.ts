import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseDriverRecord } from "../../components/runs/parseRecord.ts";
import { driversFor } from "../../components/settings/drivers.ts";
import { effectOf } from "../../report/driverEffect.ts";
import { INVALID_CONNECTION, row } from "../cli/drivers/rows.ts";

const AGAIN = [{ openedMs: -3.2 }, { openedMs: 15_001 }];

describe("what an idle close did to an application", () => {
  for (const [effect, change] of [
    ["lived", {}],
    ["hidden", { connections: AGAIN }],
    ["failedOnce", { first: INVALID_CONNECTION, connections: AGAIN }],
    ["failed", { first: INVALID_CONNECTION, second: INVALID_CONNECTION }],
  ] as const) {
    it(`is told as ${effect}`, () => {
      assert.equal(
        effectOf(
          row({
            ...change,
            connections: [...("connections" in change ? change.connections : [{ openedMs: -1 }])],
          }),
        ),
        effect,
      );
    });
  }

  it("is a crash where the process ended, and nothing where it was not measured", () => {
    const { first, second, ...none } = row();
    assert.ok(first && second);
    const crash = { atMs: 12_001, error: { name: "Error", message: "Socket closed" } };
    assert.equal(effectOf({ ...none, crash }), "crashed");
    assert.equal(effectOf({ ...none, problem: "no server" }), "notMeasured");
  });
});

describe("the record behind docs/drivers.md", () => {
  const record = parseDriverRecord(readFileSync("docs/evidence/drivers.json", "utf8"));

  it("has every driver", () => {
    const measured = new Set(record.rows.map(({ driver }) => driver));
    const kinds = ["memcached", "mongodb", "mysql", "redis"];
    assert.deepEqual([...measured].sort(), driversFor("all", kinds));
  });

  it("shows that what the page advises worked", () => {
    const advised = record.rows.filter(({ case: name }) => name.startsWith("advised"));
    assert.equal(new Set(advised.map(({ driver }) => driver)).size, 8);
    for (const row of advised) {
      assert.ok(["lived", "hidden"].includes(effectOf(row)), `${row.driver}, ${row.case}`);
    }
  });
});
