/** One run of `measure()` on a fake cluster, for the specs of what it consists of. */
import assert from "node:assert/strict";
import { KubectlError } from "../../cli/cluster/kubectl.ts";
import { MeasureError } from "../../cli/cluster/world.ts";
import { measure } from "../../cli/measure/run.ts";
import type { RunRecord } from "../../model/record.ts";
import type { MeasureRequest } from "../../model/requests.ts";
import { asked } from "./asked.ts";
import { FakeCluster } from "./fakeCluster.ts";

/** Where the fake sidecar has its idle timeout, in the words of a message. */
export const EFFECTIVE =
  "at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster PassthroughCluster";

/** A cluster whose sidecar closes an idle connection after 10 s and 1.6 ms. */
export function closingCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.probes.withSidecar.fate = { closesAfterMs: 10_001.6 };
  return cluster;
}

/** Measures an idle timeout of 10 s, unless the request is changed. */
export function measureOn(
  cluster: FakeCluster,
  changes: Partial<MeasureRequest> = {},
): Promise<RunRecord> {
  return measure({ ...asked("10s"), ...changes }, cluster.world);
}

/** The one line with which `measure()` refuses; fails where it makes a record. */
export async function refusalOn(cluster: FakeCluster): Promise<string> {
  try {
    await measureOn(cluster);
  } catch (error) {
    assert.ok(error instanceof MeasureError || error instanceof KubectlError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }
  assert.fail("a record came about");
}

/** Whether a probe was told to open its connections. */
export function started(cluster: FakeCluster): boolean {
  return cluster.commands.some((command) => command.includes("client.mjs start"));
}

/** Notes on the connection of the pod with a sidecar. */
export function notesOf({ samples }: RunRecord): string[] | undefined {
  return samples[0]?.notes;
}

/** Why the figure of the pod with a sidecar is void; undefined where it is not. */
export function voidReasonsOf({ samples }: RunRecord): string[] | undefined {
  return samples[0]?.voidReasons;
}
