import assert from "node:assert/strict";
import { canonicalJson, digest } from "../../model/digest.ts";

describe("canonicalJson", () => {
  it("sorts the keys of objects at every depth and leaves lists in their order", () => {
    const value = { b: 1, a: [{ d: null, c: "x" }, 2, 1] };
    assert.equal(canonicalJson(value), '{"a":[{"c":"x","d":null},2,1],"b":1}');
  });

  it("leaves out what is undefined", () => {
    assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}');
  });
});

describe("digest", () => {
  const SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  it("is the SHA-256 of a text or of its bytes, or the beginning of it", () => {
    assert.equal(digest("abc"), SHA256);
    assert.equal(digest(Buffer.from("abc")), SHA256);
    assert.equal(digest("abc", 8), "ba7816bf");
  });
});
