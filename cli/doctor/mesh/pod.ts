import { KubectlError } from "../../cluster/kubectl.ts";
import { adviseRole } from "../../cluster/role.ts";
import type { Reader } from "../../cluster/reader.ts";
import { PROXY_CONTAINER } from "../../../model/istio/wellKnown.ts";
import { DoctorError } from "../doctorError.ts";

/** A pod in the parts that are read here. */
export interface DoctorPod {
  metadata: {
    name: string;
    namespace: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string }[];
  };
  spec: {
    containers: Container[];
    initContainers?: Container[];
    hostNetwork?: boolean;
    securityContext?: RunsAs;
  };
  status: {
    phase: string;
    podIPs?: { ip: string }[];
    initContainerStatuses?: { name: string; state?: { running?: object } }[];
  };
}

export interface Container {
  name: string;
  args?: string[];
  env?: { name: string; value?: string }[];
  securityContext?: RunsAs;
}

interface RunsAs {
  runAsUser?: number;
  runAsGroup?: number;
}

/** @throws DoctorError where it does not run or may not be looked at. */
export async function readPod(reader: Reader, namespace: string, name: string): Promise<DoctorPod> {
  let pod;
  try {
    const where = ["--namespace", namespace, "--output", "json"];
    pod = (await reader.json(["get", "pod", name, ...where])) as DoctorPod;
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
        ? `${subject}: you may not look at it; ${adviseRole()}`
        : `${subject}: ${error.reason}`,
      { cause: error },
    );
  }
  if (!canBeAsked(pod)) {
    throw new DoctorError(
      `pod ${namespace}/${name}: it is ${pod.status.phase}; name one that is Running`,
    );
  }
  return pod;
}

/** The parts that are read, so that a pod can be kept. */
export function trimPod(pod: DoctorPod): DoctorPod {
  const { name, namespace, labels, annotations = {}, ownerReferences } = pod.metadata;
  const { containers, initContainers, hostNetwork, securityContext } = pod.spec;
  const trim = ({ name: container, args, env, securityContext: runsAs }: Container): Container => ({
    name: container,
    ...(args && { args }),
    ...(env && {
      env: env.map(({ name: variable, value }) => ({
        name: variable,
        ...(value !== undefined && { value }),
      })),
    }),
    ...(runsAs && { securityContext: runsAs }),
  });
  const kept = Object.entries(annotations).filter(
    ([key]) => !key.startsWith("kubectl.kubernetes.io/"),
  );
  return {
    metadata: {
      ...{ name, namespace },
      ...(labels && { labels }),
      annotations: Object.fromEntries(kept),
      ...(ownerReferences && { ownerReferences }),
    },
    spec: {
      containers: containers.map(trim),
      ...(initContainers && { initContainers: initContainers.map(trim) }),
      ...(hostNetwork && { hostNetwork }),
      ...(securityContext && { securityContext }),
    },
    status: { phase: pod.status.phase, ...(pod.status.podIPs && { podIPs: pod.status.podIPs }) },
  };
}

/** A pod is Pending as long as a sidecar among its init containers is not ready, which can be asked all the same. */
export function canBeAsked({ status }: DoctorPod): boolean {
  return (
    status.phase === "Running" ||
    (status.initContainerStatuses ?? []).some(
      ({ name, state }) => name === PROXY_CONTAINER && state?.running !== undefined,
    )
  );
}

/** Whether the pod's connections go through the node's proxy of an ambient mesh. */
export function isAmbient({ metadata }: DoctorPod): boolean {
  return metadata.annotations?.["ambient.istio.io/redirection"] === "enabled";
}
