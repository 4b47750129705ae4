import assert from "node:assert/strict";

import { idleLimitOf } from "../../../../app/probe/middleware/idleLimit.ts";

describe("idleLimitOf", () => {
  it("makes ms of whole seconds", () => {
    assert.deepEqual(idleLimitOf("timeout", "300"), { setting: "timeout", ms: 300_000 });
    assert.deepEqual(idleLimitOf("timeout", "0"), { setting: "timeout", ms: 0 });
  });

  it("knows no limit in any other text", () => {
    for (const text of ["", "never", "-1", "1.5", "1e9", "0x10", "12345678901"]) {
      assert.equal(idleLimitOf("timeout", text), undefined, text);
    }
  });
});
