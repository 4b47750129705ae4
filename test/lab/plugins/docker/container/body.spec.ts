import assert from "node:assert/strict";
import { nanoseconds } from "../../../../../lab/plugins/docker/container/body.ts";

describe("Go durations", () => {
  it("become nanoseconds", () => {
    assert.equal(nanoseconds("1m30s"), 90e9);
    assert.equal(nanoseconds("1.5s"), 1.5e9);
    assert.equal(nanoseconds("250ms"), 250e6);
    assert.equal(nanoseconds(undefined), undefined);
    assert.throws(() => nanoseconds("5"), {
      message: '"5" is not a duration such as 10s or 1m30s',
    });
  });
});
