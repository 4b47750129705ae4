import assert from "node:assert/strict";
import { canonicalJson } from "../../model/canonicalJson.ts";

describe("canonicalJson", () => {
  it("sorts the keys of objects at every depth and leaves lists in their order", () => {
    const value = { b: 1, a: [{ d: null, c: "x" }, 2, 1] };
    assert.equal(canonicalJson(value), '{"a":[{"c":"x","d":null},2,1],"b":1}');
  });

  it("leaves out what is undefined", () => {
    assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}');
  });
});
