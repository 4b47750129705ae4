import type { ProbeStatus, Sample } from "../../app/probe/sample.ts";
import { findEntries } from "../sidecar/accessLog.ts";
import { evidenceOf } from "../sidecar/accessLog.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import type { Expectation } from "../sidecar/proxy.ts";
import type { ProxyPath } from "../sidecar/proxyConfig.ts";
import { describeIdleTimeout, roughly } from "../../report/text.ts";
import { MeasureError } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";
import { create } from "./bench.ts";
import type { Bench, Benches } from "./bench.ts";
import { FILTER, timeoutObject, WORKLOADS } from "./objects.ts";
import type { Change, ChangeConnection, ChangeStep, Traffic, Workload } from "./record.ts";
import type { BusyTarget } from "./fromStack.ts";

const FILTERS = "envoyfilters.networking.istio.io";

/** How long after the end of the drain a connection may still be closed by it, in ms. */
const GRACE_MS = 5000;

/** Longest a question is held open, in ms. */
const LONGEST_WAIT_MS = 20_000;

/** The probes hold connections for longer than any step takes, in ms. */
const OBSERVE_MS = 3_600_000;

/** Longest pause of a busy connection between two messages, in ms. */
const SLOWEST_PING_MS = 1000;

export interface StepPlan {
  change: Change;
  /** Idle timeout that the sidecar should apply after the change, in ms. */
  idleTimeoutMs: number;
  /** How the change is made. */
  make: () => Promise<void>;
}

/** Dependencies of all steps. */
export interface Stage {
  world: World;
  benches: Benches;
  target: BusyTarget;
  drainMs: number;
}

/** The three changes: create the filter with a short timeout, give it a long one, delete it. */
export function plansOf(
  { world: { kubectl } }: Stage,
  timeouts: { initialMs: number; shortMs: number; longMs: number },
): StepPlan[] {
  const { initialMs, shortMs, longMs } = timeouts;
  return [
    {
      change: "apply",
      idleTimeoutMs: shortMs,
      make: () => create(kubectl, timeoutObject(shortMs)),
    },
    {
      change: "alter",
      idleTimeoutMs: longMs,
      make: async () => {
        const patch = ["--type", "merge", "--patch", JSON.stringify(timeoutObject(longMs))];
        await kubectl(["patch", FILTERS, FILTER, ...patch]);
      },
    },
    {
      change: "remove",
      idleTimeoutMs: initialMs,
      make: async () => {
        await kubectl(["delete", FILTERS, FILTER]);
      },
    },
  ];
}

/** A connection that a probe holds. */
interface Held {
  workload: Workload;
  traffic: Traffic;
  opened: ChangeConnection["opened"];
  /** Under which the probe knows it. */
  run: string;
}

/**
 * Opens connections, makes one change and watches them until the sidecar's drain is over.
 *
 * @param before what the changed workload's sidecar applies now.
 * @throws MeasureError when the connections or the change did not come about.
 */
export async function takeStep(
  stage: Stage,
  plan: StepPlan,
  before: Record<Workload, ProxyPath>,
): Promise<{ step: ChangeStep; after: Record<Workload, ProxyPath> }> {
  const { world, benches, drainMs } = stage;
  const { destination } = stage.target;
  const { change, idleTimeoutMs } = plan;
  const everyMs = Math.max(Math.min(SLOWEST_PING_MS, Math.floor(drainMs / 10)), 1);
  const kinds = WORKLOADS.flatMap((workload) =>
    (["idle", "busy"] as const).map((traffic) => ({
      workload,
      traffic,
      opened: "before" as const,
    })),
  );
  const held = await Promise.all(
    kinds.map((kind) => open(stage, { ...kind, run: `${change}-${kind.traffic}` }, everyMs)),
  );

  await plan.make();
  const changed = await benches.changed.proxy.settled(
    destination,
    expecting(() => idleTimeoutMs),
  );
  const since = world.clock.nowMs();
  const changedAt = changed.updatedAt;
  if (changedAt === undefined) {
    throw new MeasureError("the sidecar does not say since when it has its configuration");
  }
  world.report(
    `${change}: new connections get ${describeIdleTimeout(changed.effective)} from now on; those that are open ` +
      `are watched for ${roughly(drainMs + GRACE_MS)}, the sidecar's drain time and a bit`,
  );
  const fresh: Held = {
    ...{ workload: "changed", traffic: "idle", opened: "after" },
    run: `${change}-after`,
  };
  held.push(await open(stage, fresh, everyMs));

  const connections = await Promise.all(
    held.map((each) => follow(stage, each, changedAt, since + drainMs + GRACE_MS)),
  );
  const untouched = await pathOf(benches.untouched, destination);
  const notes =
    untouched.chain === before.untouched.chain
      ? []
      : ["the filter chain of the untouched workload was replaced too, by something else"];
  const { effective } = before.changed;
  const step = {
    change,
    before: effective,
    after: changed.effective,
    changedAt,
    connections,
    notes,
  };
  return { step, after: { changed, untouched } };
}

/** Makes the configuration that a sidecar should reach, with our entries in its access log. */
export function expecting(idleTimeoutMs: Expectation["idleTimeoutMs"]): Expectation {
  return {
    ...{ idleTimeoutMs, evidence: true, policyMissing: false },
    ...{ cluster: undefined, keepalive: false },
  };
}

/** @throws MeasureError when the configuration is just being replaced. */
async function pathOf({ proxy, probe }: Bench, destination: Destination): Promise<ProxyPath> {
  const reading = await proxy.path(destination);
  if (!reading.settled) {
    throw new MeasureError(
      `the sidecar of pod ${probe.pod.name} is not settled: ${reading.reason}`,
    );
  }
  return reading.path;
}

async function open(stage: Stage, held: Held, everyMs: number): Promise<Held> {
  const { probe } = stage.benches[held.workload];
  const { middleware, destination } = stage.target;
  const { address: host, port } = destination;
  const busy = held.traffic === "busy";
  const status = await probe.start({
    ...{ run: held.run, observeMs: OBSERVE_MS, connections: 1, repetitions: 1 },
    tests: [
      {
        ...{ middleware, host, port, mode: busy ? "ping" : "silent" },
        ...(busy && { everyMs }),
      },
    ],
  });
  if (status.state !== "holding") {
    throw lost(held, status);
  }
  return held;
}

/** Waits for a connection's end, until `untilMs` by the client's clock. */
async function follow(
  { world, benches }: Stage,
  held: Held,
  changedAt: string,
  untilMs: number,
): Promise<ChangeConnection> {
  const { probe } = benches[held.workload];
  const { workload, traffic, opened } = held;
  const { clock } = world;
  let status: ProbeStatus;
  do {
    const leftMs = Math.max(untilMs - clock.nowMs(), 0);
    status = await probe.status(held.run, Math.ceil(Math.min(leftMs, LONGEST_WAIT_MS)));
  } while (status.state === "holding" && clock.nowMs() < untilMs);
  const about = { workload, traffic, opened };
  if (status.state === "holding") {
    const heldMs = roundDown(status.held[0]?.heldMs ?? status.heldMs);
    return { ...about, heldMs, end: "open", sinceChangeMs: null, proxy: null };
  }
  if (status.state !== "done") {
    throw lost(held, status);
  }
  const [sample] = status.samples;
  if (sample === undefined) {
    throw lost(held, status);
  }
  const sinceChangeMs = roundDown(endedAtMs(sample) - Date.parse(changedAt));
  const { entry } = (await findEntries(world, probe.pod, [sample], 1))(sample);
  world.report(
    `${workload}, ${traffic}${opened === "after" ? ", opened after the change" : ""}: closed ` +
      `${roughly(Math.max(sinceChangeMs, 0))} after the change, ${entry?.closeReason ?? "no reason known"}`,
  );
  const { heldMs, end } = sample;
  return { ...about, heldMs, end, sinceChangeMs, proxy: evidenceOf(entry) };
}

/** By the node's wall clock, which is the sidecar's too. */
function endedAtMs({ connectedAt, heldMs }: Sample): number {
  return Date.parse(connectedAt) + heldMs;
}

/** To microseconds; a lower bound must not claim more than was seen. */
function roundDown(ms: number): number {
  return Math.floor(ms * 1000) / 1000;
}

function lost({ workload, traffic }: Held, status: ProbeStatus): MeasureError {
  const why = status.state === "failed" ? status.error : `its probe says ${status.state}`;
  return new MeasureError(`the ${traffic} connection of workload ${workload} is lost: ${why}`);
}
