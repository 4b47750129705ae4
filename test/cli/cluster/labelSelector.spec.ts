import assert from "node:assert/strict";
import { selects } from "../../../cli/cluster/labelSelector.ts";
import type { LabelSelector } from "../../../cli/cluster/labelSelector.ts";

describe("selects", () => {
  const labels = { app: "probe", tier: "one" };
  const cases: [what: string, selector: LabelSelector | undefined, selected: boolean][] = [
    ["no selector", undefined, true],
    ["an empty one", {}, true],
    ["equal labels", { matchLabels: { app: "probe", tier: "one" } }, true],
    ["another value", { matchLabels: { app: "probe", tier: "two" } }, false],
    ["a label that is not there", { matchLabels: { other: "x" } }, false],
    ["In", { matchExpressions: [{ key: "app", operator: "In", values: ["a", "probe"] }] }, true],
    ["In others", { matchExpressions: [{ key: "app", operator: "In", values: ["a"] }] }, false],
    ["In without it", { matchExpressions: [{ key: "x", operator: "In", values: [""] }] }, false],
    ["NotIn", { matchExpressions: [{ key: "app", operator: "NotIn", values: ["a"] }] }, true],
    [
      "NotIn with it",
      { matchExpressions: [{ key: "app", operator: "NotIn", values: ["probe"] }] },
      false,
    ],
    [
      "NotIn without it",
      { matchExpressions: [{ key: "x", operator: "NotIn", values: ["a"] }] },
      true,
    ],
    ["Exists", { matchExpressions: [{ key: "app", operator: "Exists" }] }, true],
    ["Exists without it", { matchExpressions: [{ key: "x", operator: "Exists" }] }, false],
    ["DoesNotExist", { matchExpressions: [{ key: "x", operator: "DoesNotExist" }] }, true],
    [
      "DoesNotExist with it",
      { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] },
      false,
    ],
    [
      "one requirement of two",
      { matchLabels: { app: "probe" }, matchExpressions: [{ key: "x", operator: "Exists" }] },
      false,
    ],
  ];
  for (const [what, selector, selected] of cases) {
    it(`${selected ? "takes" : "leaves out"} an object by ${what}`, () => {
      assert.equal(selects(selector, labels), selected);
    });
  }
});
