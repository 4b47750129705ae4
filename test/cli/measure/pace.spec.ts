import assert from "node:assert/strict";

import fc from "fast-check";

import { nextWaitMs } from "../../../cli/measure/pace.ts";

describe("pace", () => {
  const forever = { patienceMs: Infinity, repetitionsLeft: 0 };

  it("waits for the end of a short window in one go", () => {
    assert.equal(
      nextWaitMs({ heldMs: 400, observeMs: 14_000, expectedMs: 10_000, ...forever }),
      14_600,
    );
  });

  it("never holds a question open for longer than a load balancer lets it", () => {
    assert.equal(
      nextWaitMs({ heldMs: 0, observeMs: 86_400_000, expectedMs: 0, ...forever }),
      25_000,
    );
  });

  it("bridges the expected close", () => {
    assert.equal(
      nextWaitMs({ heldMs: 200, observeMs: 34_000, expectedMs: 30_000, ...forever }),
      30_800,
    );
  });

  it("leaves when the client wants to", () => {
    const progress = { heldMs: 100, observeMs: 3_900_000, expectedMs: 3_600_000 };
    assert.equal(nextWaitMs({ ...progress, patienceMs: 7900.2, repetitionsLeft: 0 }), 7901);
  });

  it("asks just after a close that another repetition follows, to know when that is due", () => {
    const progress = { heldMs: 100, observeMs: 14_000, expectedMs: 10_000, ...forever };
    assert.equal(nextWaitMs({ ...progress, repetitionsLeft: 1 }), 10_900);
    assert.equal(nextWaitMs({ ...progress, repetitionsLeft: 0 }), 14_900);
  });

  it("does not leave around the expected close", () => {
    const progress = { heldMs: 100, observeMs: 14_000, expectedMs: 10_000 };
    assert.equal(nextWaitMs({ ...progress, patienceMs: 7900, repetitionsLeft: 0 }), 10_900);
  });

  it("starts no question around the expected close, and asks in whole ms up to 31 s", () => {
    const times = fc.record({
      heldMs: fc.double({ min: 0, max: 200_000, noNaN: true }),
      observeMs: fc.integer({ min: 1, max: 200_000 }),
      expectedMs: fc.integer({ min: 0, max: 200_000 }),
      patienceMs: fc.double({ min: 1, max: 200_000, noNaN: true }),
      repetitionsLeft: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(times, (progress) => {
        const waitMs = nextWaitMs(progress);
        assert.ok(Number.isInteger(waitMs) && waitMs > 0 && waitMs <= 31_001, `waits ${waitMs}`);
        const fromExpected = progress.heldMs + waitMs - progress.expectedMs;
        assert.ok(fromExpected <= -5000 || fromExpected >= 1000, `asks at ${fromExpected}`);
      }),
    );
  });
});
