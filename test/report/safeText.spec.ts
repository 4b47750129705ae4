import assert from "node:assert/strict";
import fc from "fast-check";

import { markdownText, safeJson, safeLines, safeText } from "../../report/safeText.ts";

const UNSAFE = /\p{Cc}|\p{Zl}|\p{Zp}|\p{Cs}|\p{Bidi_Control}/u;

const anyText = fc.string({ unit: "binary", maxLength: 50 });

describe("text that can be shown", () => {
  it("has no control character, no line break and no bidi control", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.doesNotMatch(safeText(text), UNSAFE);
      }),
    );
    for (let code = 0; code < 0x10000; code += 1) {
      assert.doesNotMatch(safeText(`a${String.fromCharCode(code)}b`), UNSAFE, code.toString(16));
    }
  });

  it("is otherwise what it was", () => {
    const text = 'outbound|6379||redis.example.com "größer" 日本 🙂';
    assert.equal(safeText(text), text);
  });

  it("shows what was replaced", () => {
    assert.equal(safeText("a\u001b[31mb\r\nc\td\u202ee"), "a\ufffd[31mb c d\ufffde");
  });

  it("keeps its own lines", () => {
    assert.equal(safeLines("a\u0007\nb\rc\n"), "a\ufffd\nb c\n");
  });

  it("is done once", () => {
    fc.assert(fc.property(anyText, (text) => safeText(safeText(text)) === safeText(text)));
  });
});

describe("JSON that can be shown", () => {
  it("reads back as what it was, and has no control character but its line breaks", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const json = safeJson(value);
        assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(value)));
        assert.doesNotMatch(json.replaceAll("\n", ""), UNSAFE);
      }),
    );
  });
});

describe("Markdown that shows text as it is", () => {
  it("has no HTML, link, image, code or cell of its own", () => {
    assert.equal(
      markdownText("<img src=x>|`a` [b](c) \\| *d* & e\n# f"),
      "&lt;img src=x>\\|\\`a\\` \\[b\\](c) \\\\\\| \\*d\\* &amp; e # f",
    );
  });
});
