import assert from "node:assert/strict";
import { platformProblems } from "../../../cli/preflight/nodes.ts";

describe("the preflight", () => {
  describe("of the nodes", () => {
    const one = ["linux/arm64"];
    const mixed = ["linux/amd64", "linux/arm64"];
    const cases: [nodes: string[], platform: string | undefined, problem: string | undefined][] = [
      [["linux/amd64"], undefined, undefined],
      [["linux/amd64"], "linux/amd64/v2", undefined],
      [mixed, "linux/arm64", undefined],
      [[], "linux/arm64", undefined],
      [
        one,
        undefined,
        "platform: not set, so that the image is for linux/amd64, but the cluster's nodes are linux/arm64; " +
          "set platform to that",
      ],
      [
        mixed,
        undefined,
        "platform: not set, so that the image is for linux/amd64, but the cluster's nodes are linux/amd64, " +
          "linux/arm64; set platform to one of these",
      ],
      [
        mixed,
        "linux/s390x",
        "platform: linux/s390x, but the cluster's nodes are linux/amd64, linux/arm64; set platform to one " +
          "of these",
      ],
    ];
    for (const [nodes, platform, problem] of cases) {
      it(`${problem === undefined ? "takes" : "finds"} ${platform ?? "nothing set"} on ${nodes.join(" and ") || "unknown ones"}`, () => {
        const expected = problem === undefined ? [] : [problem];
        assert.deepEqual(platformProblems(nodes, platform, "linux/amd64"), expected);
      });
    }
  });
});
