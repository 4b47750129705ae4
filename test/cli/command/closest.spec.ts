import assert from "node:assert/strict";
import { closest } from "../../../cli/command/closest.ts";

const WORDS = ["namespace", "context", "pod", "output"];

describe("closest", () => {
  for (const [typed, meant] of [
    ["namespce", "namespace"],
    ["namepsace", "namespace"],
    ["contexts", "context"],
    ["ouptut", "output"],
    ["pdo", "pod"],
    ["p", undefined],
    ["endpoint", undefined],
    ["", undefined],
  ] as const) {
    it(`takes ${JSON.stringify(typed)} for ${meant ?? "nothing"}`, () => {
      assert.equal(closest(typed, WORDS), meant);
    });
  }

  it("prefers what is nearer", () => {
    assert.equal(closest("tests", ["rest", "test"]), "test");
  });
});
