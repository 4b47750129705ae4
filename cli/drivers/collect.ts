import type { ProbeKind } from "../../model/record.ts";
import type { Row } from "../../app/drivers/node/row.ts";
import { parseEvidenceLine } from "../../model/istio/evidence.ts";
import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import { PROBE_NAMES, roughly } from "../../report/text.ts";
import { untilAnswered } from "../cluster/untilAnswered.ts";
import { MeasureError, poll } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";
import { findDriverPods } from "./pods.ts";
import { finishedRows } from "./programLog.ts";
import { DRIVER_SCHEMA_VERSION } from "../../model/driverRecord.ts";
import type { DriverRecord, DriverRow } from "../../model/driverRecord.ts";
import { readOr } from "../../model/schema/read.ts";
import { isComplete, withEvidence } from "./sidecarLog.ts";

/** The drivers to collect, and where. */
export interface CollectArguments {
  run: string;
  /** The sidecar's idle timeout, in ms. */
  idleTimeoutMs: number;
  /** How long each driver is left alone, in ms. */
  idleMs: number;
  /** Names of the programs' containers. */
  containers: readonly string[];
}

/** For the servers to be reached before the idle time and slow requests after it, in ms. */
const MARGIN_MS = 90_000;
const INTERVAL_MS = 2_000;
/** The proxy writes its log every second; a busy node and the kubelet add to that. */
const LOG_LIMIT_MS = 10_000;
const ASK_LIMIT_MS = 30_000;

/**
 * Waits for what the programs find, which need nobody for it.
 *
 * @throws MeasureError when they do not come to an end, or could not measure.
 */
export async function collectDrivers(world: World, asked: CollectArguments): Promise<DriverRecord> {
  const { run, idleTimeoutMs, idleMs, containers } = asked;
  const pods = await findDriverPods(world, run);
  world.report(`the drivers are left alone for ${roughly(idleMs)}`);
  const programs = (["withSidecar", "withoutSidecar"] as const).flatMap((probe) =>
    containers.map((container) => ({ probe, container })),
  );
  const rows = await Promise.all(
    programs.map(async ({ probe, container }): Promise<DriverRow[]> => {
      const found = await programRows(world, { pod: pods[probe], probe, container }, idleMs);
      world.report(`${PROBE_NAMES[probe]}, ${container}: ${found.length} cases`);
      return found.map((row) => ({ probe, ...row }));
    }),
  );
  const sorted = rows.flat().sort(byCase);
  assertMeasured(sorted);
  const inSidecar = await joinEvidence(world, pods.withSidecar, sorted);
  return {
    ...{ schemaVersion: DRIVER_SCHEMA_VERSION, run, idleTimeoutMs, idleMs },
    rows: inSidecar,
  };
}

/** @throws MeasureError that names the first case in whose way something was. */
function assertMeasured(rows: readonly DriverRow[]): void {
  const [first, ...others] = rows.filter(({ problem }) => problem !== undefined);
  if (first !== undefined) {
    const more = others.length === 0 ? "" : ` (as for ${others.length} more)`;
    throw new MeasureError(
      `${first.driver}, ${first.case}, ${PROBE_NAMES[first.probe]}: ${first.problem ?? ""}${more}; start the server ` +
        "or correct endpoint and credentials: the programs try again, and pulumi up collects what they find",
    );
  }
}

async function programRows(
  world: World,
  { pod, probe, container }: { pod: string; probe: ProbeKind; container: string },
  idleMs: number,
): Promise<Row[]> {
  const limits = { intervalMs: INTERVAL_MS, limitMs: idleMs + MARGIN_MS };
  const rows = await poll(world.clock, limits, async () => {
    const log = await readLog(world, pod, container);
    return readOr(
      () => finishedRows(log),
      (cause) =>
        new MeasureError(
          `the program ${container} in the pod ${PROBE_NAMES[probe]}, ${pod}, printed an unknown row: ` +
            cause.message,
          { cause },
        ),
    );
  });
  if (rows === undefined) {
    const log = (await readLog(world, pod, container)).trim().split("\n").at(-1) ?? "";
    throw new MeasureError(
      `the program ${container} in the pod ${PROBE_NAMES[probe]}, ${pod}, did not come to an end within ` +
        `${roughly(limits.limitMs)}; its last line: ${log.slice(0, 200)}`,
    );
  }
  return rows;
}

/** The sidecar's entries for the connections of its pod, as far as they come. */
async function joinEvidence(world: World, pod: string, rows: DriverRow[]): Promise<DriverRow[]> {
  const others = rows.filter(({ probe }) => probe !== "withSidecar");
  let joined = rows.filter(({ probe }) => probe === "withSidecar");
  await poll(world.clock, { intervalMs: 1_000, limitMs: LOG_LIMIT_MS }, async () => {
    const log = await readLog(world, pod, PROXY_CONTAINER);
    const entries = log.split("\n").flatMap((line) => parseEvidenceLine(line) ?? []);
    joined = withEvidence(joined, entries);
    // Without the evidence filter there is none to wait for.
    return isComplete(joined) || entries.length === 0 ? true : undefined;
  });
  return [...joined, ...others].sort(byCase);
}

function readLog(world: World, pod: string, container: string): Promise<string> {
  return untilAnswered(
    world.clock,
    { intervalMs: INTERVAL_MS, limitMs: ASK_LIMIT_MS },
    () => world.kubectl(["logs", pod, "--container", container]),
    ({ message }) => `the log of ${container} in pod ${pod} can't be read: ${message}`,
  );
}

/** By driver; defaults first and the advice last, as they are read; with a sidecar before without. */
function byCase(a: DriverRow, b: DriverRow): number {
  return (
    compare(a.driver, b.driver) ||
    place(a.case) - place(b.case) ||
    compare(a.case, b.case) ||
    compare(a.probe.length, b.probe.length)
  );
}

function place(name: string): number {
  return name === "defaults" ? 0 : name.startsWith("advised") ? 2 : 1;
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
