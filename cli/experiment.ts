import { SCHEMA_VERSION } from "../app/probe/record.ts";
import type { LapsedDuration, ProxyEvidence, RunRecord, Sample } from "../app/probe/record.ts";
import { formatEndpoint } from "../components/endpoint.ts";
import type { EvidenceEntry } from "../components/evidence.ts";
import { toWallMs } from "../components/timelapse.ts";
import { expectedIdleTimeoutMs } from "../components/timeout.ts";
import { findEntry } from "./accessLog.ts";
import type { MeasureArguments } from "./arguments.ts";
import { findChanges } from "./changes.ts";
import { notesOnRun, notesOnSample, notesOnSubject } from "./notes.ts";
import { findProbePods } from "./pods.ts";
import { findMissingPolicy } from "./policy.ts";
import { ProbeClient } from "./probeClient.ts";
import { Proxy } from "./proxy.ts";
import { assertReachable, resolveDestination } from "./reach.ts";
import { describeEffective, describeShortWindow, describeSpeed } from "./text.ts";
import { start, watch } from "./watch.ts";
import type { World } from "./world.ts";

/**
 * One timed test: a silent connection from each of the run's two pods, held until it ends or the
 * window is over.
 *
 * @throws MeasureError when no measurement came about.
 */
export async function measure(asked: MeasureArguments, world: World): Promise<RunRecord> {
  const pods = await findProbePods(world, asked.run);
  const control = new ProbeClient(pods.withoutSidecar, world.kubectl);
  const subject = new ProbeClient(pods.withSidecar, world.kubectl);
  const proxy = new Proxy(world, pods.withSidecar);

  await assertReachable(control, asked.endpoint);
  const destination = await resolveDestination(subject, asked.endpoint);
  const missingPolicy = await findMissingPolicy(world, asked.policy);
  const path = await proxy.settled(destination, {
    idleTimeoutMs: expectedIdleTimeoutMs(asked.timeout),
    evidence: asked.evidence,
    policyMissing: missingPolicy !== undefined,
  });
  const { effective } = path;
  const versions = await proxy.versions();
  const endpoint = formatEndpoint(asked.endpoint);
  const { timelapse: factor } = asked;
  const expectedMs = toWallMs(effective.idleTimeoutMs, factor);
  world.report(
    `effective idle timeout for ${endpoint}: ${describeEffective(effective)}` +
      describeSpeed(factor, expectedMs) +
      describeShortWindow(expectedMs, asked.observeMs),
  );

  const spec = { run: asked.run, ...asked.endpoint, observeMs: asked.observeMs };
  const watched = { ...spec, expectedMs, timelapse: factor };
  const [subjectStarted, controlStarted] = await Promise.all([
    start(world, subject, spec),
    start(world, control, spec),
  ]);
  const [withSidecar, withoutSidecar] = await Promise.all([
    watch(world, subject, subjectStarted, watched).then(async (sample) => ({
      sample,
      // At once: what changes after the connection's end has no part in it.
      changes: await findChanges(world, subject.pod, proxy, destination, path),
      search: asked.evidence ? await findEntry(world, subject.pod, sample) : undefined,
    })),
    watch(world, control, controlStarted, watched),
  ]);

  return {
    schemaVersion: SCHEMA_VERSION,
    run: asked.run,
    endpoint,
    timeout: asked.timeoutText,
    observeMs: asked.observeMs,
    ...(factor > 1 && { timelapse: { factor } }),
    effective,
    ...versions,
    samples: [
      {
        probe: "withSidecar",
        pod: subject.pod.name,
        ...withSidecar.sample,
        ...(factor > 1 && {
          timelapse: lapsedDuration(withSidecar.sample, withSidecar.search?.entry, factor),
        }),
        proxy: evidenceOf(withSidecar.search?.entry),
        ...notesOnSubject({ ...withSidecar, effective, factor }),
      },
      {
        probe: "withoutSidecar",
        pod: control.pod.name,
        ...withoutSidecar,
        proxy: null,
        notes: notesOnSample(withoutSidecar),
      },
    ],
    notes: notesOnRun({
      missingPolicy,
      effective,
      subject: withSidecar.sample,
      control: withoutSidecar,
    }),
  };
}

function lapsedDuration(
  { heldMs }: Sample,
  entry: EvidenceEntry | undefined,
  factor: number,
): LapsedDuration {
  return { factor, proxyMs: entry?.durationMs ?? null, wallMs: heldMs };
}

function evidenceOf(entry: EvidenceEntry | undefined): ProxyEvidence | null {
  if (entry === undefined) {
    return null;
  }
  const { durationMs, responseFlags, closeReason, upstreamClose, upstreamCluster } = entry;
  return { durationMs, responseFlags, closeReason, upstreamClose, upstreamCluster };
}
