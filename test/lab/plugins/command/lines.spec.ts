import assert from "node:assert/strict";
import { Lines } from "../../../../lab/plugins/command/lines.ts";

describe("lines of a stream", () => {
  it("are the same however the stream is cut", () => {
    const text = Buffer.from("first\n\nzweite äöü\nlast");
    for (let size = 1; size <= text.length; size++) {
      const lines: string[] = [];
      const splitter = new Lines((line) => lines.push(line));
      for (let at = 0; at < text.length; at += size) {
        splitter.write(text.subarray(at, at + size));
      }
      splitter.end();
      assert.deepEqual(lines, ["first", "", "zweite äöü", "last"], `in pieces of ${size}`);
    }
  });
});
