import assert from "node:assert/strict";

import fc from "fast-check";

import { parseResp, RespError } from "../../../../../app/probe/middleware/redis/resp.ts";

describe("parseResp", () => {
  it("reads every type of the second version", () => {
    const text = "*6\r\n+OK\r\n:-7\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n-ERR no\r\nrest";
    assert.deepEqual(parseResp(Buffer.from(text)), {
      value: ["OK", -7, "a\r\n", null, null, new RespError("ERR no")],
      used: text.length - "rest".length,
    });
  });

  it("waits for the rest of whatever is cut off", () => {
    const whole = Buffer.from("*3\r\n+OK\r\n$4\r\ntext\r\n*1\r\n:12\r\n");
    for (let length = 0; length < whole.length; length++) {
      assert.equal(parseResp(whole.subarray(0, length)), undefined, `${length} bytes`);
    }
    assert.equal(parseResp(whole)?.used, whole.length);
  });

  it("refuses a length that is none", () => {
    assert.throws(() => parseResp(Buffer.from("$x\r\n")), {
      message: 'not an answer of Redis: "x"',
    });
  });

  it("never takes more than there is", () => {
    const bytes = fc.stringMatching(/^[+\-:$*0-9a-z\r\n]{0,40}$/).map((text) => Buffer.from(text));
    fc.assert(
      fc.property(bytes, (received) => {
        let used: number | undefined;
        try {
          used = parseResp(received)?.used;
        } catch {
          return;
        }
        assert.ok(used === undefined || (used > 0 && used <= received.length));
      }),
    );
  });
});
