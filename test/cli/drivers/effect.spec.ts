import assert from "node:assert/strict";
import { effectOf } from "../../../cli/drivers/effect.ts";
import { INVALID_CONNECTION, row } from "./rows.ts";

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
