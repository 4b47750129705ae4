import { KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { sidecarPods } from "../cluster/pods.ts";
import { ProbeClient } from "../cluster/probeClient.ts";
import { Proxy } from "../sidecar/proxy.ts";
import { MeasureError } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";
import {
  deploymentObject,
  evidenceObject,
  labelsOf,
  namespaceObject,
  WORKLOADS,
} from "./objects.ts";
import type { Workload } from "./record.ts";
import type { WorkloadTemplate } from "./fromStack.ts";

/** Longest wait for both pods to be Ready, and for a namespace to be gone, in ms. */
const READY_LIMIT_MS = 120_000;
const GONE_LIMIT_MS = 120_000;

/** One of the two pods. */
export interface Bench {
  probe: ProbeClient;
  proxy: Proxy;
}

export type Benches = Record<Workload, Bench>;

/**
 * Makes the experiment's namespace, which nobody else has.
 *
 * @throws MeasureError when there is one of that name: another experiment may be at it.
 */
export async function claimNamespace(
  kubectl: Kubectl,
  name: string,
  template: WorkloadTemplate,
): Promise<void> {
  try {
    await create(kubectl, namespaceObject(name, template));
  } catch (error) {
    if (error instanceof KubectlError && error.reason.includes("(AlreadyExists)")) {
      throw new MeasureError(
        `namespace ${name} exists already: the same experiment runs, or one was killed; if none runs, ` +
          `remove it: kubectl delete namespace ${name}`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** Removes the namespace with all that is in it. */
export async function removeNamespace(kubectl: Kubectl, name: string): Promise<void> {
  await kubectl(["delete", "namespace", name, "--ignore-not-found"], { timeoutMs: GONE_LIMIT_MS });
}

/** Makes both workloads and waits for their pods. The sidecars start with the evidence filter in place. */
export async function setUp(world: World, template: WorkloadTemplate): Promise<Benches> {
  const { kubectl } = world;
  await create(kubectl, evidenceObject());
  for (const workload of WORKLOADS) {
    await create(kubectl, deploymentObject(workload, template));
  }
  const [changed, untouched] = await Promise.all([
    findBench(world, "changed"),
    findBench(world, "untouched"),
  ]);
  return { changed, untouched };
}

async function findBench(world: World, workload: Workload): Promise<Bench> {
  const { kubectl } = world;
  const limit = `${READY_LIMIT_MS / 1000}s`;
  await kubectl(["rollout", "status", `deployment/${workload}`, "--timeout", limit], {
    timeoutMs: READY_LIMIT_MS + 10_000,
  });
  const selector = Object.entries(labelsOf(workload))
    .map((label) => label.join("="))
    .join(",");
  const [pod] = await sidecarPods(kubectl, selector);
  if (pod === undefined) {
    throw new MeasureError(
      `workload ${workload} has no pod with a sidecar; check that istiod runs and injects into the namespace`,
    );
  }
  return { probe: new ProbeClient(pod, kubectl), proxy: new Proxy(world, pod) };
}

/** `kubectl create` of one object, in the namespace that the command is for. */
export async function create(kubectl: Kubectl, object: object): Promise<void> {
  await kubectl(["create", "--filename", "-"], { input: JSON.stringify(object) });
}
