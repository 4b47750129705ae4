import assert from "node:assert/strict";

import { rehearse } from "../../../app/probe/rehearsal.ts";
import { ManualClock } from "./manualClock.ts";

describe("rehearse", () => {
  it("holds a connection until its server ends it, by the clock that is to time samples", async () => {
    let readings = 0;
    // The clock stands still, so that no window ends.
    class CountingClock extends ManualClock {
      override monotonicMs(): number {
        readings += 1;
        return super.monotonicMs();
      }
    }
    await rehearse(new CountingClock());
    assert.ok(readings > 1, `${readings} readings`);
  });
});
