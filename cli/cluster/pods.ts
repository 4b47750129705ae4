import type { ProbeKind } from "../../model/record.ts";
import { EXCLUDED_PORTS_ANNOTATION } from "../../model/istio/injection.ts";
import { probeLabels, RUN_LABEL } from "../../model/istio/labels.ts";
import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import { askJson, KubectlError } from "./kubectl.ts";
import type { Kubectl } from "./kubectl.ts";
import { containerStatuses, hasSidecar, isStaying } from "./podFacts.ts";
import { MeasureError, poll } from "./world.ts";
import type { World } from "./world.ts";

/** Longest wait for the probe pods to be Ready, in ms. */
const READY_LIMIT_MS = 60_000;

const REPLACED = "was deleted or replaced";

/** One of the two pods that hold connections. */
export interface ProbePod {
  kind: ProbeKind;
  name: string;
  /** Tells a pod from one of the same name that replaced it. */
  uid: string;
  /** Ports of destinations to which connections go past its sidecar, as it was asked for. */
  excludedPorts?: string;
  /** Node that it runs on. */
  nodeName?: string;
  /** How often the sidecar has restarted; 0 where there is none. */
  proxyRestarts: number;
  /** How the sidecar's container ended the last time; absent where it never has. */
  proxyEnded?: ContainerEnd;
}

/** The end of a container, as the kubelet reports it. */
export interface ContainerEnd {
  /** ISO 8601, cut to whole seconds. */
  at: string;
  /** Such as `OOMKilled (exit code 137)`. */
  why: string;
}

export type ProbePods = Record<ProbeKind, ProbePod>;

/**
 * Finds the run's two pods by their labels and waits until both are Ready.
 *
 * @throws MeasureError when one is missing, does not get Ready, or has a sidecar where it should not
 *   or none where it should.
 */
export async function findProbePods(world: World, run: string): Promise<ProbePods> {
  let problem = "";
  const pods = await poll(
    world.clock,
    { intervalMs: 1000, limitMs: READY_LIMIT_MS },
    async (): Promise<ProbePods | undefined> => {
      const ofRun = ["get", "pods", "--selector", `${RUN_LABEL}=${run}`, "--output", "json"];
      const { items } = (await askJson(world.kubectl, ofRun)) as { items: Pod[] };
      const withSidecar = pick(items, "withSidecar", run);
      const withoutSidecar = pick(items, "withoutSidecar", run);
      if (typeof withSidecar === "object" && typeof withoutSidecar === "object") {
        return { withSidecar, withoutSidecar };
      }
      const now = [withSidecar, withoutSidecar].filter((pod) => typeof pod === "string").join("; ");
      if (now !== problem) {
        world.report(`waiting: ${now}`);
        problem = now;
      }
      return undefined;
    },
  );
  if (pods === undefined) {
    throw new MeasureError(`${problem} after ${READY_LIMIT_MS / 1000} s`);
  }
  return pods;
}

/** The pods of a selector that have a sidecar and stay. */
export async function sidecarPods(kubectl: Kubectl, selector: string): Promise<ProbePod[]> {
  const selected = ["get", "pods", "--selector", selector, "--output", "json"];
  const { items } = (await askJson(kubectl, selected)) as { items: Pod[] };
  return items
    .filter((pod) => isStaying(pod) && hasSidecar(pod))
    .map((pod) => describe(pod, "withSidecar"));
}

/**
 * Looks a pod up again.
 *
 * @returns what became of it when it does not run any more: a text such as `was deleted or replaced`.
 */
export async function findAgain(
  world: World,
  { name, uid, kind }: ProbePod,
): Promise<ProbePod | string> {
  let pod;
  try {
    pod = (await askJson(world.kubectl, ["get", "pod", name, "--output", "json"])) as Pod;
  } catch (error) {
    if (error instanceof KubectlError && error.notFound) {
      return REPLACED;
    }
    throw error;
  }
  const { phase, reason, message } = pod.status;
  if (phase === "Failed" || phase === "Succeeded") {
    // As eviction leaves it: `Failed`, with `Evicted` and what the node was short of.
    return `ended (${[reason ?? phase, message].filter((part) => part !== undefined).join(": ")})`;
  }
  return pod.metadata.uid === uid && isStaying(pod) ? describe(pod, kind) : REPLACED;
}

/** The newest pod of the kind, or what is still in its way. */
function pick(pods: readonly Pod[], kind: ProbeKind, run: string): ProbePod | string {
  const labels = Object.entries({ ...probeLabels(kind === "withSidecar"), [RUN_LABEL]: run });
  const [pod] = pods
    .filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value))
    .filter(isStaying)
    .sort((a, b) => b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp));
  if (pod === undefined) {
    return `no pod has the labels ${labels.map((label) => label.join("=")).join(",")}`;
  }
  const { name } = pod.metadata;
  const conditions = pod.status.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") {
    return `pod ${name} is not Ready (${waitingFor(pod) || (ready?.message ?? pod.status.phase)})`;
  }
  const injected = hasSidecar(pod);
  if (kind === "withSidecar" && !injected) {
    throw new MeasureError(
      `pod ${name} has no ${PROXY_CONTAINER} container: the sidecar was not injected; check that istiod runs ` +
        `and that the namespace has the label istio-injection=enabled`,
    );
  }
  if (kind === "withoutSidecar" && injected) {
    throw new MeasureError(
      `pod ${name} has an ${PROXY_CONTAINER} container but is the one without a sidecar; ` +
        `check its label sidecar.istio.io/inject=false`,
    );
  }
  return describe(pod, kind);
}

function describe(pod: Pod, kind: ProbeKind): ProbePod {
  const proxy = containerStatuses(pod).find(({ name }) => name === PROXY_CONTAINER);
  const excludedPorts = pod.metadata.annotations?.[EXCLUDED_PORTS_ANNOTATION];
  return {
    kind,
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    ...(excludedPorts !== undefined && { excludedPorts }),
    proxyRestarts: proxy?.restartCount ?? 0,
    ...(pod.spec.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    ...describeContainerEnd(proxy),
  };
}

function describeContainerEnd(status?: ContainerStatus): Pick<ProbePod, "proxyEnded"> {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  // Of a container that it has lost sight of, the kubelet writes null.
  if (ended?.finishedAt === undefined || ended.finishedAt === null) {
    return {};
  }
  const { finishedAt, reason = "ended", exitCode } = ended;
  const why = exitCode === undefined ? reason : `${reason} (exit code ${exitCode})`;
  return { proxyEnded: { at: finishedAt, why } };
}

function waitingFor(pod: Pod): string {
  return containerStatuses(pod)
    .flatMap(({ name, state }) =>
      state?.waiting === undefined ? [] : `${name}: ${state.waiting.reason ?? "waiting"}`,
    )
    .join(", ");
}

interface Pod {
  metadata: {
    name: string;
    uid: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: { nodeName?: string; containers: { name: string }[]; initContainers?: { name: string }[] };
  status: {
    phase: string;
    reason?: string;
    message?: string;
    conditions?: { type: string; status: string; message?: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

interface ContainerStatus {
  name: string;
  restartCount: number;
  state?: { waiting?: { reason?: string }; terminated?: Terminated };
  lastState?: { terminated?: Terminated };
}

interface Terminated {
  finishedAt?: string | null;
  reason?: string;
  exitCode?: number;
}
