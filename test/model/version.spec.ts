import assert from "node:assert/strict";
import * as fc from "fast-check";
import { isAtLeast, parseVersion } from "../../model/version.ts";
import type { Version } from "../../model/version.ts";

describe("parseVersion", () => {
  const cases: [text: string, version: Version | undefined][] = [
    ["v1.34.4", [1, 34, 4]],
    ["1.31-dev", [1, 31, 0]],
    ["1.30.2-distroless", [1, 30, 2]],
    ["v1.29.3-eks-1234", [1, 29, 3]],
    ["1.32.0+k3s1", [1, 32, 0]],
    ["latest", undefined],
    ["sha256", undefined],
    ["", undefined],
    ["1", undefined],
  ];
  for (const [text, version] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseVersion(text), version);
    });
  }
});

describe("isAtLeast", () => {
  it("orders versions as their numbers weigh", () => {
    const number = fc.integer({ min: 0, max: 999 });
    const version = fc.tuple(number, number, number);
    const weight = ([major, minor, patch]: Version) => (major * 1000 + minor) * 1000 + patch;
    fc.assert(
      fc.property(version, version, (one, other) => {
        assert.equal(isAtLeast(one, other), weight(one) >= weight(other));
      }),
    );
  });
});
