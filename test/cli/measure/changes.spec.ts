import assert from "node:assert/strict";
import { findChanges } from "../../../cli/measure/changes.ts";
import type { Change } from "../../../cli/measure/changes.ts";
import type { JournalTarget } from "../../../cli/measure/journal.ts";
import { Proxy } from "../../../cli/sidecar/proxy.ts";
import { FakeCluster } from "../fakeCluster.ts";
import { dump, virtualOutbound } from "../listeners.ts";
import { SAMPLE } from "../records.ts";

const CONNECTED_MS = Date.parse(SAMPLE.connectedAt);
const DESTINATION = { address: "10.0.0.5", port: 6379 };

/** The time of so many ms after the connection was opened, as Envoy writes it. */
function at(ms: number): string {
  return new Date(CONNECTED_MS + ms).toISOString();
}

/** The same as the kubelet writes it, cut to whole seconds. */
function atSecond(ms: number): string {
  return at(ms).replace(/\.\d+Z$/, "Z");
}

describe("what changed at a sidecar while a connection was held", () => {
  let cluster: FakeCluster;
  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.serverInfo.command_line_options = { drain_time: "45s" };
    listener("10s", at(-60_000));
  });

  function listener(idle_timeout: string, updatedAt: string): void {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout }, {}, updatedAt));
  }

  /** Lets the sidecar's container end and be started again. */
  function restart(proxy: { restartCount: number; finishedAt?: string }): void {
    const { restartCount, finishedAt } = proxy;
    const terminated = { finishedAt, reason: "Error", exitCode: 137 };
    cluster.pods[0] = cluster.pod("withSidecar", {
      status: {
        containerStatuses: [
          { name: "probe", restartCount: 0 },
          {
            ...{ name: "istio-proxy", restartCount },
            ...(finishedAt !== undefined && { lastState: { terminated } }),
          },
        ],
      },
    });
  }

  /** Has `meanwhile` happen between the reading of the configuration and the search for changes. */
  async function changeAfter(
    meanwhile: () => void,
    sample: Partial<typeof SAMPLE> = {},
  ): Promise<Change> {
    const pod = {
      kind: "withSidecar" as const,
      name: "with-0",
      uid: "uid-with-0",
      proxyRestarts: 0,
    };
    const proxy = new Proxy(cluster.world, pod);
    const reading = await proxy.path(DESTINATION);
    assert.ok(reading.settled);
    const target: JournalTarget = {
      middleware: "tcp",
      endpoint: { host: "10.0.0.5", port: 6379 },
      destination: DESTINATION,
      addresses: { withSidecar: "10.0.0.5", withoutSidecar: "10.0.0.5" },
      path: reading.path,
    };
    meanwhile();
    const changes = await findChanges(cluster.world, pod, proxy, target);
    return changes({ ...SAMPLE, ...sample });
  }

  it("is nothing where the listener is the one that it was", async () => {
    assert.deepEqual(await changeAfter(() => undefined), {
      voidReasons: [],
      notes: [],
      listenerUpdate: null,
    });
  });

  it("is an update that may drain, also where the filter chain is equal again", async () => {
    assert.deepEqual(
      await changeAfter(() => {
        listener("10s", at(4500));
      }),
      {
        voidReasons: [],
        notes: [`the sidecar's listener was updated at ${at(4500)}, while the connection was held`],
        listenerUpdate: { at: at(4500), drainMs: 45_000 },
      },
    );
  });

  it("has no drain time where the sidecar does not tell it", async () => {
    delete cluster.serverInfo.command_line_options;
    const { listenerUpdate } = await changeAfter(() => {
      listener("10s", at(4500));
    });
    assert.deepEqual(listenerUpdate, { at: at(4500) });
  });

  it("is nothing where the listener was updated before the connection was opened", async () => {
    assert.deepEqual(
      await changeAfter(() => {
        listener("10s", at(-10));
      }),
      { voidReasons: [], notes: [], listenerUpdate: null },
    );
  });

  it("is unknown where the listener was updated after the connection had ended", async () => {
    assert.deepEqual(
      await changeAfter(() => {
        listener("10s", at(60_000));
      }),
      {
        voidReasons: [],
        notes: [
          `whether the sidecar changed meanwhile is unknown: its listener was updated at ${at(60_000)}, and maybe ` +
            "before that too",
        ],
      },
    );
  });

  it("voids the figure where the filter chain is another one", async () => {
    const { voidReasons } = await changeAfter(() => {
      listener("20s", at(4500));
    });
    assert.deepEqual(voidReasons, ["the filter chain was replaced while the connection was held"]);
  });

  it("is the sidecar's end, with its time and reason", async () => {
    const { voidReasons } = await changeAfter(
      () => {
        restart({ restartCount: 1, finishedAt: atSecond(5395) });
      },
      { heldMs: 5395 },
    );
    assert.deepEqual(voidReasons, [
      `the sidecar's container ended at ${atSecond(5395)}, Error (exit code 137), while the connection was held`,
    ]);
  });

  it("is no more than counters that began anew where the sidecar ended after the connection did", async () => {
    assert.deepEqual(
      await changeAfter(() => {
        restart({ restartCount: 1, finishedAt: atSecond(3_600_000) });
      }),
      { voidReasons: [], notes: [], countsAnew: true },
    );
  });

  it("may be the sidecar's end where that came right after the connection's", async () => {
    const finishedAt = atSecond(6000);
    const lagMs = Date.parse(finishedAt) - CONNECTED_MS - 5000;
    assert.ok(lagMs > 0 && lagMs <= 2000);
    const { endedWith, voidReasons } = await changeAfter(
      () => {
        restart({ restartCount: 1, finishedAt });
      },
      { heldMs: 5000 },
    );
    assert.deepEqual(voidReasons, []);
    assert.equal(
      endedWith,
      `the sidecar's container ended at ${finishedAt}, Error (exit code 137), right after the connection, whose end it did not log`,
    );
  });

  it("is an end of the sidecar that the kubelet tells of only later", async () => {
    const { voidReasons } = await changeAfter(
      () => {
        cluster.failure = (command) => {
          if (!command.includes("pilot-agent")) {
            return undefined;
          }
          restart({ restartCount: 1, finishedAt: atSecond(5395) });
          return "container not found";
        };
      },
      { heldMs: 5395 },
    );
    assert.equal(voidReasons.length, 1);
    assert.match(voidReasons[0] ?? "", /^the sidecar's container ended at /);
  });

  it("is unknown where the sidecar can't be asked and goes on", async () => {
    const { voidReasons, notes } = await changeAfter(() => {
      cluster.failure = (command) => (command.includes("pilot-agent") ? "no rights" : undefined);
    });
    assert.deepEqual(voidReasons, []);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /^whether the sidecar changed meanwhile is unknown: .*no rights/);
  });
});
