import assert from "node:assert/strict";

import { Notes, rounded } from "../../../../app/drivers/node/notes.ts";

describe("Notes", () => {
  it("counts the moments of connections from a moment of its own, in order", () => {
    const notes = new Notes();
    const before = performance.now();
    notes.opened(40_000);
    notes.opened();
    const after = performance.now();
    const [first, second] = notes.connections(before);
    assert.deepEqual([first?.localPort, second?.localPort], [40_000, undefined]);
    assert.deepEqual(Object.keys(second ?? {}), ["openedMs"]);
    for (const { openedMs } of [first!, second!]) {
      assert.ok(openedMs >= 0 && openedMs <= rounded(after - before), `${openedMs} ms`);
    }
    assert.ok(notes.connections(after).every(({ openedMs }) => openedMs <= 0));
  });

  it("rounds to whole µs", () => {
    assert.equal(rounded(1.234_567_8), 1.235);
  });
});
