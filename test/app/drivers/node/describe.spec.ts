import assert from "node:assert/strict";

import { describe as describeError } from "../../../../app/drivers/node/describe.ts";

describe("describe", () => {
  class SocketClosedError extends Error {}

  it("names the class, even where it keeps the name of the one that it extends", () => {
    assert.deepEqual(describeError(new SocketClosedError("gone")), {
      name: "SocketClosedError",
      message: "gone",
    });
    assert.deepEqual(describeError(new TypeError("no")), { name: "TypeError", message: "no" });
  });

  it("has a code where the error has one, as text", () => {
    const coded = Object.assign(new Error("read"), { code: "ECONNRESET" });
    const numbered = Object.assign(new Error("old"), { code: 11_600 });
    assert.deepEqual(describeError(coded), { name: "Error", code: "ECONNRESET", message: "read" });
    assert.deepEqual(describeError(numbered), { name: "Error", code: "11600", message: "old" });
  });

  it("takes what is thrown without being an error", () => {
    assert.deepEqual(describeError("gone"), { name: "string", message: "gone" });
  });
});
