import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { json } from "node:stream/consumers";
import type { Measurement, ProbeKind, RunRecord } from "../../model/record.ts";
import { exec } from "../../lab/base/exec.ts";
import { environment } from "../../lab/commands/lab.ts";
import { nodeState } from "../../lab/node/node.ts";
import { LabStack } from "../../lab/use/stack.ts";

/** The running lab that the tests use; `npm test` brings one up and names it. */
export function testLab(): string {
  const lab = process.env.IDLE_TIMEOUT_TEST_LAB;
  assert.ok(lab, "set IDLE_TIMEOUT_TEST_LAB to the name of a lab that is up (npm run lab -- up)");
  return lab;
}

/** A stack on the test lab, from the committed Pulumi.dev.yaml. */
export function devStack(stack: string, config: Record<string, string>): Promise<LabStack> {
  return LabStack.prepare(testLab(), stack, "dev", config);
}

/** `pulumi up`; returns what it printed, rejects with its errors. */
export function pulumiUp(stack: LabStack, { timeoutMs = 200_000 } = {}): Promise<string> {
  return stack.run(["up", "--yes", "--skip-preview"], { timeoutMs });
}

/**
 * Lets a server listen on the host's side of the lab's link, so outside the cluster and reachable from its
 * pods; returns `host:port`.
 */
export async function listenOutside(server: Server): Promise<string> {
  const { hostAddress } = nodeState(testLab());
  server.listen(0, hostAddress);
  await once(server, "listening");
  return `${hostAddress}:${(server.address() as AddressInfo).port}`;
}

export async function record(stack: LabStack): Promise<RunRecord> {
  return (await stack.outputs()).results as RunRecord;
}

export function sampleOf(run: RunRecord, probe: ProbeKind): Measurement {
  const samples = run.samples.filter((sample) => sample.probe === probe);
  assert.equal(samples.length, 1, `one sample ${probe}`);
  return samples[0]!;
}

/**
 * A close in order `seconds` after the login, to a tenth of one, on which probe and proxy agree to 50 ms. How long
 * the login takes is the machine's affair.
 */
export function assertClosedByIdleTimeout(run: RunRecord, seconds: number): void {
  const sample = sampleOf(run, "withSidecar");
  assert.equal(sample.end, "fin");
  assertSeconds((sample.heldMs - (sample.lastByteMs ?? 0)) / 1_000, seconds);
  assert.equal(sample.proxy?.closeReason, "tcp_session_idle_timeout");
  const apartMs = Math.abs(sample.proxy.durationMs - sample.heldMs);
  assert.ok(apartMs <= 50, `probe and proxy are ${apartMs} ms apart`);
}

/** Still open when the window of `seconds` was over. */
export function assertOpen(run: RunRecord, probe: ProbeKind, seconds: number): void {
  const sample = sampleOf(run, probe);
  assert.equal(sample.end, "open");
  assert.ok(sample.heldMs >= seconds * 1_000, `held for ${sample.heldMs} ms`);
}

export function assertSeconds(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 0.1, `${actual} s instead of ${expected} s`);
}

export function kubectl(...args: string[]): Promise<string> {
  return exec("kubectl", args, { env: environment(testLab()) });
}

/** Asks the lab's docker daemon over its socket. */
async function dockerGet(path: string): Promise<unknown> {
  const socketPath = (environment(testLab()).DOCKER_HOST ?? "").replace("unix://", "");
  const [response] = (await once(get({ socketPath, path }), "response")) as [IncomingMessage];
  return json(response);
}

/** Names of all containers, running or not. */
export async function dockerContainers(): Promise<string[]> {
  const containers = (await dockerGet("/containers/json?all=true")) as { Names: string[] }[];
  return containers.flatMap(({ Names }) => Names);
}
