import { askJson, KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { containerStatuses } from "../cluster/podFacts.ts";
import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import { UserError } from "../../model/userError.ts";
import { readMark } from "./level.ts";

/** A pod's sidecar, as it runs now. */
export interface Sidecar {
  pod: string;
  /** Tells this run of the container from another one, also from that of a pod of the same name. */
  containerId: string;
  /** Absent where the pod has none yet. */
  podAddress?: string;
}

/** A sidecar that can be watched. */
export interface Watchable extends Sidecar {
  /** Last line of its log, stamped; empty where there is none yet. What comes behind it is new. */
  lastLine: string;
}

/** A sidecar that does not run. */
export class NoSidecar extends UserError {
  /** @param forGood whether it will not run again. */
  constructor(
    pod: string,
    problem: string,
    readonly forGood: boolean,
  ) {
    super(`pod ${pod}: ${problem}`);
  }
}

/**
 * Looks for a pod's sidecar.
 *
 * @throws NoSidecar; KubectlError
 */
export async function findSidecar(kubectl: Kubectl, pod: string): Promise<Sidecar> {
  const found = (await askJson(kubectl, ["get", "pod", pod, "--output", "json"])) as Pod;
  const { status } = found;
  if (status.phase === "Succeeded" || status.phase === "Failed") {
    throw new NoSidecar(pod, "it has ended", true);
  }
  const statuses = containerStatuses(found);
  const proxy = statuses.find(({ name }) => name === PROXY_CONTAINER);
  if (proxy === undefined && statuses.length > 0) {
    throw new NoSidecar(pod, `it has no sidecar, the container ${PROXY_CONTAINER}`, true);
  }
  if (proxy?.state?.running === undefined || proxy.containerID === undefined) {
    throw new NoSidecar(pod, "its sidecar does not run", false);
  }
  return {
    ...{ pod, containerId: proxy.containerID },
    ...(status.podIP !== undefined && { podAddress: status.podIP }),
  };
}

/**
 * Makes sure, before anything is changed, that the pods have sidecars whose logs the user may read and that he may ask.
 *
 * @throws UserError that names all that is in the way, one line.
 */
export async function findSidecars(
  kubectl: Kubectl,
  pods: readonly string[],
): Promise<Watchable[]> {
  const problems = new Set<string>();
  const found = await Promise.all(
    pods.map(async (pod) => {
      const asked = await Promise.allSettled([
        findSidecar(kubectl, pod),
        kubectl(["logs", ...logOptions(pod), "--tail", "1"]),
        readMark(kubectl, pod),
      ]);
      for (const each of asked) {
        if (each.status === "rejected") {
          problems.add(explain(each.reason));
        }
      }
      const [sidecar, log] = asked;
      return sidecar.status === "fulfilled" && log.status === "fulfilled"
        ? { ...sidecar.value, lastLine: log.value.trimEnd() }
        : undefined;
    }),
  );
  if (problems.size > 0) {
    throw new UserError([...problems].join("; "));
  }
  return found.filter((each) => each !== undefined);
}

/** Makes the options of `kubectl logs` for a pod's sidecar. */
export function logOptions(pod: string): string[] {
  return [pod, "--container", PROXY_CONTAINER, "--timestamps"];
}

function explain(reason: unknown): string {
  if (!(reason instanceof UserError)) {
    throw reason;
  }
  return reason instanceof KubectlError && reason.forbidden
    ? `${reason.message}; the role istio-idle-timeout-watch of docs/rbac.yaml has this right`
    : reason.message;
}

interface Pod {
  status: {
    phase?: string;
    podIP?: string;
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

interface ContainerStatus {
  name: string;
  containerID?: string;
  state?: { running?: object };
}
