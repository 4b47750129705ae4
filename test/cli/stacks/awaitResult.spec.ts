import assert from "node:assert/strict";

import type { RunRecord } from "../../../model/record.ts";
import { awaitResult } from "../../../cli/stacks/awaitResult.ts";
import { UserError } from "../../../model/userError.ts";
import { control, measurement, runRecord } from "../records.ts";
import { VirtualClock } from "../virtualClock.ts";

const CONNECTED_MS = Date.parse("2026-01-02T03:04:05.678Z");
const OBSERVE_MS = 200_000;

const RUNNING = runRecord({
  observeMs: OBSERVE_MS,
  runningUntil: new Date(CONNECTED_MS + OBSERVE_MS).toISOString(),
  samples: [
    measurement({ end: "open", heldMs: 8000, proxy: null, running: true }),
    control({ heldMs: 8000, running: true }),
  ],
});
const DONE = runRecord({ observeMs: OBSERVE_MS });

describe("awaitResult", () => {
  const clock = () => new VirtualClock();

  /** Waits for a stack whose record is each of these in turn, the next one after each `up`. */
  async function run(records: (RunRecord | undefined)[], sinceConnectedMs = 60_000) {
    const time = clock();
    const reported: string[] = [];
    const upsAtMs: number[] = [];
    const record = await awaitResult({
      record: () => Promise.resolve(records[upsAtMs.length]),
      up: () => {
        upsAtMs.push(sinceConnectedMs + time.nowMs());
        return Promise.resolve();
      },
      clock: time,
      wallTimeMs: () => CONNECTED_MS + sinceConnectedMs + time.nowMs(),
      report: (line) => reported.push(line),
    });
    return { record, reported, upsAtMs };
  }

  it("waits for the end of the window, brings the stack up and returns what was found", async () => {
    const { record, reported, upsAtMs } = await run([RUNNING, DONE]);
    assert.deepEqual(upsAtMs, [OBSERVE_MS]);
    assert.deepEqual(reported, ["at most 2m20s left", "at most 1m20s left", "at most 20 s left"]);
    assert.equal(record, DONE);
  });

  it("brings the stack up at once when the window is over already", async () => {
    assert.deepEqual((await run([RUNNING, DONE], 210_000)).upsAtMs, [210_000]);
  });

  it("brings the stack up again while the pods' clocks are behind", async () => {
    assert.equal((await run([RUNNING, RUNNING, RUNNING, DONE])).upsAtMs.length, 3);
  });

  it("changes nothing where all is known", async () => {
    assert.deepEqual(await run([DONE]), { record: DONE, reported: [], upsAtMs: [] });
  });

  it("refuses a stack that has no measurement", async () => {
    await assert.rejects(
      run([undefined]),
      new UserError("the stack has no measurement; bring it up first: pulumi up"),
    );
  });

  it("gives up on a run that nobody knows of any more", async () => {
    await assert.rejects(
      run([RUNNING], OBSERVE_MS + 61_000),
      new UserError(
        "the cluster does not know of the run any more; set run to another number to measure again",
      ),
    );
  });
});
