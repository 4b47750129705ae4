import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import { askJson } from "../cluster/kubectl.ts";
import { untilAnswered } from "../cluster/untilAnswered.ts";
import { MeasureError } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";

/** Longest wait for a new namespace to take pods, in ms: its service account comes a moment later. */
const NAMESPACE_LIMIT_MS = 30_000;

/** Nothing is ever pulled under this name: the pod is not created. */
const TRIAL = ["run", "proxy-image", "--image", "trial.invalid/trial", "--restart", "Never"];

/** Labels by which a pod asks for a sidecar, whatever the mesh's default is. */
const ASKING = ["--labels", "sidecar.istio.io/inject=true"];

/**
 * The image of the proxy that the mesh injects into pods of a namespace. A pod is put to the API server
 * for trial (`--dry-run=server`): what comes back is what the injector makes of it, with the revision,
 * the hub and the variant that hold there. Nothing has to be known of how Istio was installed, and no
 * right is needed outside the namespace.
 *
 * @throws MeasureError when the mesh injects nothing.
 */
export async function findProxyImage(world: World, namespace: string): Promise<string> {
  const dryRun = [...TRIAL, ...ASKING, "--dry-run=server", "--output", "json"];
  const pod = (await untilAnswered(
    world.clock,
    { intervalMs: 1000, limitMs: NAMESPACE_LIMIT_MS },
    () => askJson(world.kubectl, dryRun),
    ({ reason }) =>
      `namespace ${namespace} takes no pod, not even for trial, so the mesh's proxy image is unknown: ${reason}`,
  )) as Pod;
  const { containers, initContainers = [] } = pod.spec;
  const proxy = [...initContainers, ...containers].find(({ name }) => name === PROXY_CONTAINER);
  if (proxy === undefined) {
    throw new MeasureError(
      `namespace ${namespace}: a pod gets no ${PROXY_CONTAINER} container, so the mesh's proxy image is unknown; ` +
        `check that istiod runs and that the namespace has the label istio-injection=enabled`,
    );
  }
  return proxy.image;
}

interface Pod {
  spec: { containers: Container[]; initContainers?: Container[] };
}

interface Container {
  name: string;
  image: string;
}
