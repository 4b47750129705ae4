import assert from "node:assert/strict";
import fc from "fast-check";

import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import { ProbeClient } from "../../../cli/cluster/probeClient.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { measure } from "../../../cli/measure/run.ts";
import { asked } from "../asked.ts";
import { FakeCluster } from "../fakeCluster.ts";
import { aJournal } from "../journals.ts";
import { SAMPLE } from "../records.ts";
import { swapped } from "../../swaps.ts";

const { withSidecar: pod } = aJournal().pods;
const clientOf = (answer: string) => new ProbeClient(pod, () => Promise.resolve(answer));
const refusal = (problem: string) =>
  new MeasureError(`the probe in pod with-0 gives an unknown answer: ${problem}`);

describe("a probe's answer", () => {
  it("is taken as it is", async () => {
    const done = { state: "done", samples: [SAMPLE] };
    assert.deepEqual(await clientOf(JSON.stringify(done)).status("1-a", 0), done);
    assert.deepEqual(await clientOf('{"state":"unknown"}').status("1-a", 0), { state: "unknown" });
  });

  it("is asked for again where it is cut, at any byte", async () => {
    const whole = JSON.stringify({ state: "done", samples: [SAMPLE] });
    for (let length = 0; length < whole.length; length += 1) {
      await assert.rejects(clientOf(whole.slice(0, length)).status("1-a", 0), KubectlError);
    }
  });

  for (const [answer, problem] of [
    ["null", "it must be an object, got null"],
    ["{}", "state is missing"],
    [
      { state: "held" },
      'state must be "unknown" or "connecting" or "holding" or "failed" or "done", got "held"',
    ],
    [{ state: "done", samples: [] }, "samples must be a list of 1 to 1000, got a list"],
    [
      { state: "holding", heldMs: 1, repetitionsLeft: 0, held: [], samples: [] },
      "it must be a run with connections, got an object",
    ],
    [
      { state: "done", samples: [{ ...SAMPLE, heldMs: -1 }] },
      "samples[0].heldMs must be a number from 0 to 315576000000000, got -1",
    ],
    [
      { state: "done", samples: [{ ...SAMPLE, connectedAt: "soon" }] },
      'samples[0].connectedAt must be a time such as 2026-01-02T03:04:05.678Z, got "soon"',
    ],
  ] as const) {
    it(`is refused in one line as ${JSON.stringify(answer).slice(0, 60)}`, async () => {
      const text = typeof answer === "string" ? answer : JSON.stringify(answer);
      await assert.rejects(clientOf(text).status("1-a", 0), refusal(problem));
    });
  }

  it("is refused in one line where it says neither yes nor no", async () => {
    await assert.rejects(
      clientOf('{"ok":"yes"}').check({ middleware: "tcp", host: "10.0.0.5", port: 1 }),
      refusal('ok must be true or false, got "yes"'),
    );
  });

  it("ends a measurement in one line where it tells of a connection that nobody asked for", async () => {
    const cluster = new FakeCluster();
    cluster.probes.withSidecar.answer = {
      state: "done",
      samples: [{ ...SAMPLE, host: "10.0.0.9" }],
    };
    await assert.rejects(
      measure(asked("10s"), cluster.world),
      new MeasureError(
        "a probe answers with a connection to 10.0.0.9:6379, which it was not asked for",
      ),
    );
  });

  it("is measured with, or refused in one line, whatever stands in place of a part of it", async () => {
    await fc.assert(
      fc.asyncProperty(swapped({ state: "done", samples: [SAMPLE] }), async ({ value }) => {
        const cluster = new FakeCluster();
        cluster.probes.withSidecar.answer = value as never;
        try {
          await measure(asked("10s"), cluster.world);
        } catch (error) {
          assert.ok(error instanceof MeasureError, (error as Error).stack ?? "");
          assert.doesNotMatch(error.message, /\n/);
        }
      }),
      { numRuns: 300 },
    );
  });
});
