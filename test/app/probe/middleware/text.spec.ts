import assert from "node:assert/strict";

import fc from "fast-check";

import { oneLine } from "../../../../app/probe/middleware/text.ts";

describe("oneLine", () => {
  it("puts one blank in place of control characters, and none at the ends", () => {
    assert.equal(oneLine("\r\nlost\r\n\tconnection\n"), "lost connection");
  });

  it("leaves no sequence that a terminal obeys, and none that turns the text around", () => {
    assert.equal(oneLine("a\u001b]0;x\u0007b\u009b2Jc\u202ed\u2066e\u2028f"), "a ]0;x b 2Jc d e f");
  });

  it("cuts a long text after 300 characters", () => {
    assert.equal(oneLine("x".repeat(300)), "x".repeat(300));
    assert.equal(oneLine("x".repeat(301)), `${"x".repeat(300)}...`);
  });

  it("is a line without controls, whatever a server said", () => {
    const unit = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      fc.constantFrom("a", "\n", "\u001b", "\u0085", "\u200e", "\u202e", "\u2066", "\u2028"),
    );
    fc.assert(
      fc.property(fc.array(unit), (parts) => {
        const said = parts.join("");
        assert.doesNotMatch(oneLine(said), /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
      }),
    );
  });
});
