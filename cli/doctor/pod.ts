import { askJson, KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import { DoctorError } from "./doctorError.ts";

/** A pod in the parts that are read here. */
export interface DoctorPod {
  metadata: {
    name: string;
    namespace: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: { containers: Container[]; initContainers?: Container[] };
  status: { phase: string };
}

interface Container {
  name: string;
  args?: string[];
}

/**
 * @param namespace the one that `kubectl` was made for.
 * @throws DoctorError where it does not run or may not be looked at.
 */
export async function readPod(
  kubectl: Kubectl,
  namespace: string,
  name: string,
): Promise<DoctorPod> {
  let pod;
  try {
    pod = (await askJson(kubectl, ["get", "pod", name, "--output", "json"])) as DoctorPod;
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    const subject = `pod ${namespace}/${name}`;
    if (error.notFound) {
      throw new DoctorError(
        `${subject}: it does not exist; see kubectl get pods --namespace ${namespace}`,
        { cause: error },
      );
    }
    throw new DoctorError(
      error.forbidden
        ? `${subject}: you may not look at it; have an administrator apply docs/rbac.yaml and bind its role ` +
            "istio-idle-timeout-doctor to you"
        : `${subject}: ${error.reason}`,
      { cause: error },
    );
  }
  if (pod.status.phase !== "Running") {
    throw new DoctorError(
      `pod ${namespace}/${name}: it is ${pod.status.phase}; name one that is Running`,
    );
  }
  return pod;
}

/** A sidecar is an init container with its own restart policy on newer clusters. */
export function hasSidecar({ spec }: DoctorPod): boolean {
  return [...spec.containers, ...(spec.initContainers ?? [])].some(
    ({ name }) => name === PROXY_CONTAINER,
  );
}

/** Whether the pod's connections go through the node's proxy of an ambient mesh. */
export function isAmbient({ metadata }: DoctorPod): boolean {
  return metadata.annotations?.["ambient.istio.io/redirection"] === "enabled";
}
