import { SCHEMA_VERSION } from "../app/probe/record.ts";
import type { ProbeSpec, RunRecord, Sample } from "../app/probe/record.ts";
import type { EvidenceEntry } from "../components/evidence.ts";
import { expectedIdleTimeoutMs } from "../components/timeout.ts";
import { findEntry } from "./accessLog.ts";
import type { MeasureArguments } from "./arguments.ts";
import { formatEndpoint } from "../components/endpoint.ts";
import { KubectlError } from "./kubectl.ts";
import { notesOnEntry, notesOnOverdue, notesOnRun, notesOnSample } from "./notes.ts";
import { findAgain, findProbePods } from "./pods.ts";
import { ProbeClient } from "./probeClient.ts";
import { Proxy } from "./proxy.ts";
import type { Destination, ProxyPath } from "./proxyConfig.ts";
import { assertReachable, resolveDestination } from "./reach.ts";
import { describeEffective } from "./text.ts";
import { watch } from "./watch.ts";
import { MeasureError, poll } from "./world.ts";
import type { World } from "./world.ts";

/** Longest wait for a probe to take a request, in ms. */
const START_LIMIT_MS = 30_000;

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
  world.report(`effective idle timeout for ${endpoint}: ${describeEffective(effective)}`);

  const spec = { run: asked.run, ...asked.endpoint, observeMs: asked.observeMs };
  const [withSidecar, withoutSidecar] = await holdBoth(world, subject, control, spec, path);

  const search = asked.evidence ? await findEntry(world, subject.pod, withSidecar) : undefined;
  return {
    schemaVersion: SCHEMA_VERSION,
    run: asked.run,
    endpoint,
    timeout: asked.timeoutText,
    observeMs: asked.observeMs,
    effective,
    ...versions,
    samples: [
      {
        probe: "withSidecar",
        pod: subject.pod.name,
        ...withSidecar,
        proxy: search?.entry === undefined ? null : evidenceOf(search.entry),
        notes: [
          ...notesOnSample(withSidecar),
          ...notesOnOverdue(withSidecar, effective),
          ...(search === undefined ? [] : notesOnEntry(withSidecar, search)),
          ...(await notesOnChanges(world, subject, proxy, destination, path)),
        ],
      },
      {
        probe: "withoutSidecar",
        pod: control.pod.name,
        ...withoutSidecar,
        proxy: null,
        notes: notesOnSample(withoutSidecar),
      },
    ],
    notes: notesOnRun({ missingPolicy, effective, subject: withSidecar, control: withoutSidecar }),
  };
}

/** The policy's name when it is not in the cluster: then what the proxy has is what counts. */
async function findMissingPolicy(
  world: World,
  policy: string | undefined,
): Promise<string | undefined> {
  if (policy === undefined) {
    return undefined;
  }
  try {
    await world.kubectl(["get", "envoyfilters.networking.istio.io", policy, "--output", "name"]);
    return undefined;
  } catch (error) {
    if (error instanceof KubectlError && error.notFound) {
      world.report(`EnvoyFilter ${policy} is not in the cluster; measuring what the proxy applies`);
      return policy;
    }
    throw error;
  }
}

async function holdBoth(
  world: World,
  subject: ProbeClient,
  control: ProbeClient,
  spec: ProbeSpec,
  { effective }: ProxyPath,
): Promise<[Sample, Sample]> {
  const { run, observeMs } = spec;
  const watched = { run, observeMs, expectedMs: effective.idleTimeoutMs };
  const [subjectStarted, controlStarted] = await Promise.all([
    start(world, subject, spec),
    start(world, control, spec),
  ]);
  return Promise.all([
    watch(world, subject, subjectStarted, watched),
    watch(world, control, controlStarted, watched),
  ]);
}

/** Starts a probe, or finds it at the same run already: an interrupted measurement is taken up again. */
async function start(world: World, probe: ProbeClient, spec: ProbeSpec) {
  let problem = "";
  const status = await poll(
    world.clock,
    { intervalMs: 2000, limitMs: START_LIMIT_MS },
    async () => {
      try {
        return await probe.start(spec);
      } catch (error) {
        if (!(error instanceof KubectlError)) {
          throw error;
        }
        problem = error.message;
        return undefined;
      }
    },
  );
  if (status === undefined) {
    throw new MeasureError(`the probe in pod ${probe.pod.name} can't be started: ${problem}`);
  }
  return status;
}

function evidenceOf({ durationMs, responseFlags, closeReason, upstreamCluster }: EvidenceEntry) {
  return { durationMs, responseFlags, closeReason, upstreamCluster };
}

/** What changed at the sidecar while the connection was held; the figure is void then. */
async function notesOnChanges(
  world: World,
  { pod }: ProbeClient,
  proxy: Proxy,
  destination: Destination,
  before: ProxyPath,
): Promise<string[]> {
  try {
    const now = await findAgain(world, pod);
    if (now?.proxyRestarts !== pod.proxyRestarts) {
      return ["void: the sidecar restarted while the connection was held; measure again"];
    }
    const reading = await proxy.path(destination);
    return reading.settled && reading.path.chain === before.chain
      ? []
      : [
          "void: the filter chain that carries the connection was changed while it was held; measure again",
        ];
  } catch (error) {
    if (error instanceof KubectlError || error instanceof MeasureError) {
      return [`whether the sidecar changed meanwhile is unknown: ${error.message}`];
    }
    throw error;
  }
}
