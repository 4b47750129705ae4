import assert from "node:assert/strict";
import { uniqueName } from "../../../../lab/plugins/shared/naming.ts";

describe("made-up names", () => {
  it("are another one each time", () => {
    assert.match(uniqueName("a-"), /^a-[0-9a-f]{8}$/);
    assert.notEqual(uniqueName("a-"), uniqueName("a-"));
  });
});
