import type { ProbeKind } from "../app/probe/record";
import { MeasureError, poll } from "./world";
import type { World } from "./world";

/** Longest wait for the probe pods to be Ready, in ms. */
const READY_LIMIT_MS = 60_000;

const PROBE_CONTAINER = "probe";
const PROXY_CONTAINER = "istio-proxy";

/** One of the two pods that hold connections. */
export interface ProbePod {
  kind: ProbeKind;
  name: string;
  /** Tells a pod from one of the same name that replaced it. */
  uid: string;
  /** How often the sidecar has restarted; 0 where there is none. */
  proxyRestarts: number;
}

export type ProbePods = Record<ProbeKind, ProbePod>;

const SIDECAR_LABEL: Record<ProbeKind, string> = { withSidecar: "true", withoutSidecar: "false" };

/**
 * Finds the run's two pods by their labels and waits until both are Ready.
 *
 * @throws MeasureError when one is missing, does not get Ready, or has a sidecar where it should not
 *   or none where it should.
 */
export async function findProbePods(world: World, run: string): Promise<ProbePods> {
  const selector = `app.kubernetes.io/name=probe,istio-idle-timeout/run=${run}`;
  let problem = "";
  const pods = await poll(
    world.clock,
    { intervalMs: 1000, limitMs: READY_LIMIT_MS },
    async (): Promise<ProbePods | undefined> => {
      const found = await listPods(world, selector);
      const withSidecar = pick(found, "withSidecar", selector);
      const withoutSidecar = pick(found, "withoutSidecar", selector);
      if (typeof withSidecar === "object" && typeof withoutSidecar === "object") {
        return { withSidecar, withoutSidecar };
      }
      problem = [withSidecar, withoutSidecar].filter((pod) => typeof pod === "string").join("; ");
      return undefined;
    },
  );
  if (pods === undefined) {
    throw new MeasureError(`${problem} after ${READY_LIMIT_MS / 1000} s`);
  }
  return pods;
}

/**
 * Looks a pod up again.
 *
 * @returns undefined when it is gone, on its way out, or replaced by another of the same name.
 */
export async function findAgain(world: World, pod: ProbePod): Promise<ProbePod | undefined> {
  const found = await listPods(world, "app.kubernetes.io/name=probe");
  const same = found.find(({ metadata }) => metadata.uid === pod.uid);
  return same === undefined ? undefined : describe(same, pod.kind);
}

async function listPods(world: World, selector: string): Promise<Pod[]> {
  const list = await world.kubectl(["get", "pods", "--selector", selector, "--output", "json"]);
  const { items } = JSON.parse(list) as { items: Pod[] };
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** The newest pod of the kind, or what is still in its way. */
function pick(pods: readonly Pod[], kind: ProbeKind, selector: string): ProbePod | string {
  const sidecar = SIDECAR_LABEL[kind];
  const [pod] = pods
    .filter(({ metadata }) => metadata.labels?.["istio-idle-timeout/sidecar"] === sidecar)
    .sort((a, b) => b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp));
  if (pod === undefined) {
    return `no pod has the labels ${selector},istio-idle-timeout/sidecar=${sidecar}`;
  }
  const { name } = pod.metadata;
  const conditions = pod.status.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") {
    return `pod ${name} is not Ready (${waitingFor(pod) ?? ready?.message ?? pod.status.phase})`;
  }
  const injected = containersOf(pod).some((container) => container.name === PROXY_CONTAINER);
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
  const proxy = statusesOf(pod).find(({ name }) => name === PROXY_CONTAINER);
  return {
    kind,
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    proxyRestarts: proxy?.restartCount ?? 0,
  };
}

function waitingFor(pod: Pod): string | undefined {
  const statuses = statusesOf(pod);
  const order = [PROBE_CONTAINER, PROXY_CONTAINER];
  return statuses
    .sort((a, b) => order.indexOf(b.name) - order.indexOf(a.name))
    .flatMap(({ name, state }) =>
      state?.waiting === undefined ? [] : `container ${name}: ${state.waiting.reason ?? "waiting"}`,
    )[0];
}

/** A sidecar is an init container with its own restart policy on newer clusters. */
function containersOf({ spec }: Pod): { name: string }[] {
  return [...spec.containers, ...(spec.initContainers ?? [])];
}

function statusesOf({ status }: Pod): ContainerStatus[] {
  return [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
}

interface Pod {
  metadata: {
    name: string;
    uid: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
  };
  spec: { containers: { name: string }[]; initContainers?: { name: string }[] };
  status: {
    phase: string;
    conditions?: { type: string; status: string; message?: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

interface ContainerStatus {
  name: string;
  restartCount: number;
  state?: { waiting?: { reason?: string } };
}
