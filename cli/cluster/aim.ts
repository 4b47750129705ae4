import { UserError } from "../../model/userError.ts";
import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import { askJson, KubectlError } from "./kubectl.ts";
import type { Kubectl } from "./kubectl.ts";
import { selects } from "./labelSelector.ts";
import type { LabelSelector } from "./labelSelector.ts";
import { hasSidecar, isReady, isStaying, newestFirst, workloadOfOwner } from "./podFacts.ts";
import type { WorkloadKind } from "./podFacts.ts";
import { adviseRole, DOCTOR_ROLE } from "./role.ts";

/** What a user names to be looked at. */
export interface Aim {
  kind: "Pod" | WorkloadKind;
  name: string;
}

/** The pod that stands for an aim. */
export interface Aimed {
  pod: string;
  /** Absent where the pod itself was named. */
  workload?: {
    kind: WorkloadKind;
    name: string;
    /** How many pods it has, those that are being deleted left out. */
    pods: number;
    /** How many of them are Ready, have a sidecar and come from the same pod template as the one that stands for it. */
    alike: number;
  };
}

/** As kubectl spells kinds; all of the workloads are of the group `apps`. */
const KINDS: Record<Aim["kind"], readonly string[]> = {
  Pod: ["pod", "pods", "po"],
  Deployment: ["deployment", "deployments", "deploy"],
  StatefulSet: ["statefulset", "statefulsets", "sts"],
  DaemonSet: ["daemonset", "daemonsets", "ds"],
};

/** Labels in which controllers note the pod template that a pod was made from. */
const TEMPLATE_LABELS = ["pod-template-hash", "controller-revision-hash"];

/**
 * Reads `deployment/web`, `sts/db` or `pod/web-0` as kubectl does, and prints it (`deployment.apps/web`); a bare name
 * is that of a pod.
 *
 * @throws Error for another kind or no name.
 */
export function parseAim(text: string): Aim {
  const [, given = "pod", name = ""] = /^(?:([^/]+)\/)?([^/]+)$/.exec(text) ?? [];
  const spelled = given.toLowerCase().replace(/\.apps$/, "");
  const [kind] = (Object.keys(KINDS) as Aim["kind"][]).filter((each) =>
    KINDS[each].includes(spelled),
  );
  if (kind === undefined || name === "") {
    throw new Error(
      `${JSON.stringify(text)} is no pod and no workload; write pod/NAME, deployment/NAME, statefulset/NAME or ` +
        "daemonset/NAME",
    );
  }
  return { kind, name };
}

/**
 * Picks one pod of a workload that can be asked: the newest that is Ready and has a sidecar. A pod that is named
 * itself is taken as it is, without a look.
 *
 * @param kubectl for the namespace.
 * @throws UserError where there is none.
 */
export async function resolveAim(
  kubectl: Kubectl,
  namespace: string,
  { kind, name }: Aim,
): Promise<Aimed> {
  if (kind === "Pod") {
    return { pod: name };
  }
  const subject = subjectOf(namespace, { kind, name });
  const see = `see kubectl get pods --namespace ${namespace}`;
  const pods = await podsOfAim(kubectl, namespace, { kind, name });
  const ready = pods.filter(isReady);
  if (ready.length === 0) {
    throw new UserError(`${subject}: none of its pods (${pods.length}) is Ready; ${see}`);
  }
  const [newest, ...others] = ready.filter(hasSidecar).sort(newestFirst);
  if (newest === undefined) {
    throw new UserError(
      `${subject}: none of its Ready pods (${ready.length}) has a sidecar, the container ${PROXY_CONTAINER}; ` +
        `name one of them to learn more: pod/${ready[0]?.metadata.name ?? ""}`,
    );
  }
  const alike = 1 + others.filter((pod) => templateOf(pod) === templateOf(newest)).length;
  return { pod: newest.metadata.name, workload: { kind, name, pods: pods.length, alike } };
}

/**
 * Finds every pod of a workload that stays and has a sidecar. A pod that is named itself is taken as it is, without a
 * look.
 *
 * @param kubectl for the namespace.
 * @param role that has the rights, for the message to who has not.
 * @returns their names, sorted.
 * @throws UserError where there is none.
 */
export async function sidecarPodsOf(
  kubectl: Kubectl,
  namespace: string,
  aim: Aim,
  role: string,
): Promise<string[]> {
  if (aim.kind === "Pod") {
    return [aim.name];
  }
  const pods = await podsOfAim(kubectl, namespace, aim, role);
  const names = pods.filter(hasSidecar).map(({ metadata }) => metadata.name);
  if (names.length === 0) {
    throw new UserError(
      `${subjectOf(namespace, aim)}: none of its pods (${pods.length}) has a sidecar, the container ${PROXY_CONTAINER}`,
    );
  }
  return names.sort();
}

/**
 * Lists the pods of an aim that are not being deleted.
 *
 * @param kubectl for the namespace.
 * @param role that has the rights, for the message to who has not.
 * @throws UserError where there is none.
 */
export async function podsOfAim(
  kubectl: Kubectl,
  namespace: string,
  aim: Aim,
  role = DOCTOR_ROLE,
): Promise<AimedPod[]> {
  const plural = `${aim.kind.toLowerCase()}s`;
  const subject = subjectOf(namespace, aim);
  const pods = await askForPods(kubectl, aim).catch((error: unknown) => {
    throw error instanceof KubectlError
      ? problemOf(error, { subject, plural, namespace, role })
      : error;
  });
  if (pods.length === 0) {
    throw new UserError(
      `${subject}: it has no pods; see kubectl describe ${plural} ${aim.name} --namespace ${namespace}`,
    );
  }
  return pods;
}

function subjectOf(namespace: string, { kind, name }: Aim): string {
  return `${kind.toLowerCase()} ${namespace}/${name}`;
}

/** The pods that a workload made and that stay, or a pod itself. A selector alone takes those of others, such as of a canary, too. */
async function askForPods(kubectl: Kubectl, aim: Aim): Promise<AimedPod[]> {
  const get = (...what: string[]): Promise<unknown> =>
    askJson(kubectl, ["get", ...what, "--output", "json"]);
  if (aim.kind === "Pod") {
    return [(await get("pod", aim.name)) as AimedPod];
  }
  const workload = await get(`${aim.kind.toLowerCase()}s.apps`, aim.name);
  const { selector } = (workload as { spec: { selector: LabelSelector } }).spec;
  const { items } = (await get("pods")) as { items: AimedPod[] };
  const isAim = ({ kind, name }: { kind: string; name: string }): boolean =>
    kind === aim.kind && name === aim.name;
  return items
    .filter(isStaying)
    .filter(
      ({ metadata }) =>
        selects(selector, metadata.labels ?? {}) &&
        (metadata.ownerReferences ?? []).map(workloadOfOwner).some(isAim),
    );
}

function problemOf(
  error: KubectlError,
  {
    subject,
    plural,
    namespace,
    role,
  }: { subject: string; plural: string; namespace: string; role: string },
): UserError {
  const problem = error.notFound
    ? `it does not exist; see kubectl get ${plural} --namespace ${namespace}`
    : error.forbidden
      ? `you may not look at it and its pods; name a pod, or ${adviseRole(role)}`
      : error.reason;
  return new UserError(`${subject}: ${problem}`, { cause: error });
}

function templateOf({ metadata }: AimedPod): string {
  return TEMPLATE_LABELS.map((label) => metadata.labels?.[label] ?? "").join();
}

/** The parts of a pod that are read here; it is given as the API server has it. */
export interface AimedPod {
  metadata: {
    name: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    ownerReferences?: { kind: string; name: string }[];
  };
  spec: { containers: { name: string }[]; initContainers?: { name: string }[] };
  status: { conditions?: { type: string; status: string }[] };
}
