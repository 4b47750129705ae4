import assert from "node:assert/strict";
import fc from "fast-check";

import { findRunState } from "../../../cli/measure/detach.ts";
import type { Journal } from "../../../cli/measure/journal.ts";
import { newestJournal, readJournal } from "../../../cli/measure/journalStore.ts";
import { measure } from "../../../cli/measure/run.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { asked } from "../asked.ts";
import { FakeCluster, RUN } from "../fakeCluster.ts";
import { aJournal } from "../journals.ts";
import { SAMPLE } from "../records.ts";
import { swapped } from "../../swaps.ts";

const FULL = aJournal({
  missingPolicy: "EnvoyFilter x",
  logLevels: { connection: "warning", filter: "info", pool: "error" },
  detached: {
    withSidecar: { state: "done", samples: [SAMPLE] },
    withoutSidecar: {
      ...{ state: "holding", heldMs: 5, repetitionsLeft: 0, samples: [] },
      held: [{ ...withoutEnd(), heldMs: 5 }],
    },
  },
});

function withoutEnd() {
  const { end, ...connection } = SAMPLE;
  assert.equal(end, "fin");
  return connection;
}

/** A cluster whose ConfigMap of the run has this content. */
function clusterWith(data: unknown): FakeCluster {
  const cluster = new FakeCluster();
  cluster.journals.set(`run-${RUN}`, { metadata: { name: `run-${RUN}` }, data });
  return cluster;
}

const read = (data: unknown): Promise<Journal | undefined> =>
  readJournal(clusterWith(data).world.kubectl, RUN);

const refusal = (problem: string): MeasureError =>
  new MeasureError(
    `the journal in ConfigMap run-1-a can't be read: ${problem}; set run to another number to measure again, or ` +
      "remove it: kubectl delete configmap run-1-a",
  );

describe("the journal of a run", () => {
  it("is read as it was written, and is undefined where there is none", async () => {
    assert.deepEqual(await read({ journal: JSON.stringify(FULL) }), FULL);
    assert.equal(await readJournal(new FakeCluster().world.kubectl, RUN), undefined);
  });

  for (const [what, data, problem] of [
    ["that holds nothing", undefined, "data is missing"],
    ["of something else", { settings: "x" }, "data.journal is missing"],
    ["that holds no JSON", { journal: "hello" }, 'it must be JSON, got "hello"'],
    ["of another version", { journal: '{"run":"1-a"}' }, "schemaVersion is missing"],
    [
      "of another run",
      { journal: JSON.stringify(aJournal({ run: "2-b" })) },
      "run must be 1-a, got 2-b",
    ],
  ] as const) {
    it(`is refused in one line where it is a ConfigMap ${what}`, async () => {
      await assert.rejects(read(data), refusal(problem));
    });
  }

  it("gives one line to whoever measures, and to a preview", async () => {
    const cluster = clusterWith({ journal: "[]" });
    const expected = refusal("schemaVersion is missing");
    await assert.rejects(measure(asked("10s"), cluster.world), expected);
    await assert.rejects(findRunState(cluster.world, RUN), expected);
  });

  for (const [what, name] of [
    ["an option", "--kubeconfig=/tmp/x"],
    ["a path", "../x"],
    ["nothing", ""],
    ["capital", "With-0"],
    ["two lines", "a\nb"],
  ] as const) {
    it(`hands kubectl no name of a pod that is ${what}`, async () => {
      const { pods } = aJournal();
      const cluster = clusterWith({
        journal: JSON.stringify(
          aJournal({ pods: { ...pods, withSidecar: { ...pods.withSidecar, name } } }),
        ),
      });
      await assert.rejects(
        measure(asked("10s"), cluster.world),
        refusal(`pods.withSidecar.name must be a name of a pod, got ${JSON.stringify(name)}`),
      );
      assert.deepEqual(cluster.commands, ["get configmap run-1-a --output json"]);
    });
  }

  it("hands Envoy no level that is more than a word", async () => {
    const logLevels = { connection: "warning", filter: "info&x=1", pool: "error" };
    await assert.rejects(
      read({ journal: JSON.stringify(aJournal({ logLevels })) }),
      refusal('logLevels.filter must be a level such as debug, got "info&x=1"'),
    );
  });

  it("is read, or refused in one line, whatever stands in place of a part of it", async () => {
    await fc.assert(
      fc.asyncProperty(swapped(FULL), async ({ value }) => {
        try {
          await read({ journal: JSON.stringify(value) });
        } catch (error) {
          assert.ok(error instanceof MeasureError, String(error));
          assert.doesNotMatch(error.message, /\n/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the newest journal", () => {
  it("is refused in one line where it holds something else", async () => {
    const answer = (items: unknown) => () => Promise.resolve(JSON.stringify(items));
    const metadata = { name: "run-1-a", creationTimestamp: "2026-01-02T03:04:05Z" };
    await assert.rejects(
      newestJournal(answer({ items: [{ metadata, data: { journal: "x" } }] })),
      refusal('it must be JSON, got "x"'),
    );
    await assert.rejects(
      newestJournal(answer({})),
      new MeasureError("the journals can't be listed: items is missing"),
    );
    assert.equal(await newestJournal(answer({ items: [] })), undefined);
  });
});
