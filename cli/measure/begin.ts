import type { ProbeKind } from "../../model/record.ts";
import type { ProbeSpec } from "../../app/probe/sample.ts";
import { endpointCluster } from "../../model/istio/endpointHost.ts";
import type { Variant } from "../../model/remedy.ts";
import { idleTimeoutByRule, remedyPlan } from "../../model/remedyBehaviour.ts";
import type { MeasureRequest } from "../../model/requests.ts";
import { parseTimeout } from "../../model/timeout.ts";
import { announce, assertPassedOn } from "./announce.ts";
import { bypassOf } from "./bypass.ts";
import type { Target } from "../../model/target.ts";
import { JOURNAL_SCHEMA_VERSION } from "./journal.ts";
import type { Journal, JournalTarget, LastSeen } from "./journal.ts";
import { forgetOtherRuns, readJournal, writeJournal } from "./journalStore.ts";
import { VIRTUAL_OUTBOUND } from "../../model/istio/wellKnown.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import { originOf } from "./origin.ts";
import { readLogLevels } from "../sidecar/debugLog.ts";
import type { LogLevels } from "../sidecar/debugLog.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { withDebugLog } from "./withDebugLog.ts";
import { findProbePods } from "../cluster/pods.ts";
import type { ProbePod } from "../cluster/pods.ts";
import { probeTests } from "./probeTests.ts";
import { findMissingPolicy } from "./policy.ts";
import { ProbeClient } from "../cluster/probeClient.ts";
import { Proxy } from "../sidecar/proxy.ts";
import { assertReachable, pinAddresses } from "./reach.ts";
import { untilAnswered } from "../cluster/untilAnswered.ts";
import { MeasureError } from "../cluster/world.ts";
import type { UndoingWorld, World } from "../cluster/world.ts";

/** Longest wait for a probe to take a request, in ms. */
const START_LIMIT_MS = 30_000;
const RETRY_MS = 2000;

/** A run, and how its connections stood when they were last asked for. */
export interface Begun<Seen> {
  journal: Journal;
  seen: Record<ProbeKind, Seen>;
}

/**
 * Begins a run: sees to it that there is something to measure, writes down what the sidecar applies and
 * has both probes connect. A probe that holds its connections already, for a client that was killed, keeps
 * them.
 *
 * @throws MeasureError when no measurement came about.
 */
export async function begin(world: UndoingWorld, asked: MeasureRequest): Promise<Begun<LastSeen>> {
  const { kubectl } = world;
  const { run, observeMs, connections, repetitions } = asked;
  const pods = await findProbePods(world, run);
  const control = new ProbeClient(pods.withoutSidecar, kubectl);
  const subject = new ProbeClient(pods.withSidecar, kubectl);
  const proxy = new Proxy(world, pods.withSidecar);

  const missingPolicy = await findMissingPolicy(world, asked.policy);
  const targets: JournalTarget[] = [];
  const { excludesPort } = remedyPlan(remedyOf(asked));
  // One after the other: each question to a probe is a process in its container, whose memory has a limit.
  for (const target of asked.targets) {
    const reached = await assertReachable(control, target);
    const addresses = await pinAddresses({ subject, control }, target, reached);
    const destination = { address: addresses.withSidecar, port: target.endpoint.port };
    const carriage = excludesPort
      ? { path: bypassOf(subject.pod, target.endpoint.port) }
      : await findCarriage(world, asked, { proxy, target, destination, missingPolicy });
    targets.push({ ...target, destination, addresses, ...carriage });
  }
  announce(world, asked, targets);
  targets.forEach(assertPassedOn);
  const versions = await proxy.versions();
  const journal: Journal = {
    ...{ schemaVersion: JOURNAL_SCHEMA_VERSION, run, observeMs, pods, targets, versions },
    ...(missingPolicy !== undefined && { missingPolicy }),
    ...(asked.debugLog && { logLevels: await formerLogLevels(kubectl, run, pods.withSidecar) }),
  };
  await forgetOtherRuns(kubectl, run);
  // Before the levels are raised: whoever comes next has to know what they were.
  await writeJournal(kubectl, journal);

  const spec = (kind: ProbeKind): ProbeSpec => {
    const tests = probeTests(targets, kind, asked);
    return { run, observeMs, connections, repetitions, tests };
  };
  return withDebugLog(world, journal, async () => {
    const [withSidecar, withoutSidecar] = await Promise.all([
      start(world, subject, spec("withSidecar")),
      start(world, control, spec("withoutSidecar")),
    ]);
    return { journal, seen: { withSidecar, withoutSidecar } };
  });
}

/** The levels as they were before a client raised them that was killed meanwhile, or as they are. */
async function formerLogLevels(kubectl: Kubectl, run: string, pod: ProbePod): Promise<LogLevels> {
  const former = (await readJournal(kubectl, run))?.logLevels;
  return former ?? readLogLevels(kubectl, pod);
}

/** Returns how the timeout is set, as the rules of Istio and Envoy take it. */
function remedyOf({ remedy, timeout }: MeasureRequest): Pick<Variant, "remedy" | "timeout"> {
  return { remedy, timeout: parseTimeout(timeout) };
}

/** Waits until the sidecar is configured as asked. */
async function findCarriage(
  world: World,
  asked: MeasureRequest,
  way: {
    proxy: Proxy;
    target: Target;
    destination: Destination;
    missingPolicy: string | undefined;
  },
): Promise<Pick<JournalTarget, "path" | "origin">> {
  const { evidence, namespace } = asked;
  const { proxy, target, destination, missingPolicy } = way;
  const findOrigin = () => originOf(world, { namespace, pod: proxy.pod.name }, destination);
  const path = await proxy
    .settled(destination, {
      idleTimeoutMs: ({ listener }) =>
        idleTimeoutByRule(remedyOf(asked), listener !== VIRTUAL_OUTBOUND),
      cluster:
        asked.path === "serviceEntry" ? endpointCluster(target.endpoint, namespace) : undefined,
      keepalive: remedyPlan(remedyOf(asked)).connectionPool?.tcpKeepalive !== undefined,
      evidence,
      policyMissing: missingPolicy !== undefined,
    })
    .catch(async (error: unknown) => {
      if (!(error instanceof MeasureError)) {
        throw error;
      }
      // As likely as not it is a filter for the whole mesh that gets in the way.
      const origin = await findOrigin();
      const message = `${error.message}; the idle timeout that it applies is set by ${origin ?? ""}`;
      throw origin === undefined ? error : new MeasureError(message, { cause: error });
    });
  const origin = path.effective.source === "configured" ? await findOrigin() : undefined;
  return { path, ...(origin !== undefined && { origin }) };
}

/** Starts a probe, or finds it at the same run already. */
async function start(world: World, probe: ProbeClient, spec: ProbeSpec): Promise<LastSeen> {
  const status = await untilAnswered(
    world.clock,
    { intervalMs: RETRY_MS, limitMs: START_LIMIT_MS },
    () => probe.start(spec),
    ({ message }) => `the probe in pod ${probe.pod.name} can't be started: ${message}`,
  );
  if (status.state !== "holding" && status.state !== "done") {
    const reason = status.state === "failed" ? status.error : "the probe knows nothing of the run";
    throw new MeasureError(`nothing was measured in pod ${probe.pod.name}: ${reason}`);
  }
  return status;
}
