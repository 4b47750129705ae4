import assert from "node:assert/strict";
import { uniqueName } from "../../../../lab/plugins/shared/naming.ts";

describe("made-up names", () => {
  it("follow from the seed where there is one", () => {
    const seed = new Uint8Array([1, 2, 3]);
    assert.equal(uniqueName("a-", seed, 8), uniqueName("a-", seed, 8));
    assert.notEqual(uniqueName("a-", seed, 8), uniqueName("a-", new Uint8Array([1, 2, 4]), 8));
    assert.match(uniqueName("a-", new Uint8Array(), 7), /^a-[0-9a-f]{7}$/);
    assert.notEqual(uniqueName("a-", new Uint8Array(), 7), uniqueName("a-", new Uint8Array(), 7));
  });
});
