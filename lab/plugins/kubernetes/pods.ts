import type { KubeObject } from "./object.ts";
import type { Objects } from "./objects.ts";

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  terminated?: { reason?: string; message?: string; exitCode: number; finishedAt?: string };
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  state?: ContainerState;
  lastState?: ContainerState;
}

interface PodStatus {
  phase?: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
}

/** Number of a pod's last warnings that are shown. */
const EVENTS_SHOWN = 3;

/** Lists what keeps a Deployment's pods from being ready: their own state and their last warnings. */
export async function podProblems(
  objects: Objects,
  deployment: KubeObject,
  signal: AbortSignal,
): Promise<string[]> {
  const { namespace } = deployment.metadata;
  const labels = (deployment.spec as { selector?: { matchLabels?: Record<string, string> } })
    .selector?.matchLabels;
  const labelSelector = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const pods = await objects.list(
    { apiVersion: "v1", kind: "Pod" },
    namespace,
    { labelSelector },
    signal,
  );
  const found = await Promise.all(
    pods.map(async (pod) => {
      const problems = problemsOf(pod);
      if (problems.length === 0) {
        return [];
      }
      const fieldSelector = `involvedObject.uid=${pod.metadata.uid ?? ""},type=Warning`;
      const events = await objects.list(
        { apiVersion: "v1", kind: "Event" },
        namespace,
        { fieldSelector },
        signal,
      );
      return [...problems, ...lastWarnings(events)].map(
        (problem) => `[Pod ${namespace ?? "default"}/${pod.metadata.name}]: ${problem}`,
      );
    }),
  );
  return found.flat();
}

/** Lists a pod's own reasons for not being ready; empty if it is ready, or going away. */
export function problemsOf(pod: KubeObject): string[] {
  const status = (pod.status ?? {}) as unknown as PodStatus;
  const condition = (type: string): NonNullable<PodStatus["conditions"]>[number] | undefined =>
    status.conditions?.find((one) => one.type === type);
  if (pod.metadata.deletionTimestamp !== undefined) {
    return [];
  }
  if (condition("Ready")?.status === "True" || status.phase === "Succeeded") {
    return [];
  }
  const containers = [
    ...(status.initContainerStatuses ?? []).filter(({ state }) => !isFinished(state)),
    ...(status.containerStatuses ?? []).filter(({ ready }) => !ready),
  ].flatMap(containerProblems);
  const messages = ["PodScheduled", "Initialized", "Ready"]
    .map((type) => condition(type))
    .filter((one) => one?.status === "False")
    .map((one) => one?.message ?? "")
    .filter((message) => message !== "");
  return [...messages.slice(0, 1), ...containers];
}

function isFinished(state: ContainerState | undefined): boolean {
  return state?.terminated?.exitCode === 0;
}

function containerProblems({ name, state, lastState }: ContainerStatus): string[] {
  const problems: string[] = [];
  const waiting = state?.waiting;
  if (waiting?.reason && !["ContainerCreating", "PodInitializing"].includes(waiting.reason)) {
    problems.push(`container "${name}" is waiting: [${waiting.reason}] ${waiting.message ?? ""}`);
  }
  const ended = state?.terminated ?? lastState?.terminated;
  if (ended) {
    const detail = ended.message ? `: ${ended.message.trim()}` : "";
    problems.push(
      `container "${name}" terminated at ${ended.finishedAt ?? "an unknown time"} ` +
        `(${ended.reason ?? ""}: exit code ${ended.exitCode})${detail}`,
    );
  }
  return problems;
}

interface EventFields {
  reason?: string;
  message?: string;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}

function lastWarnings(events: KubeObject[]): string[] {
  return events
    .map((event) => event as unknown as EventFields)
    .map(({ lastTimestamp, eventTime, reason = "", message = "" }) => ({
      time: lastTimestamp ?? eventTime ?? "",
      text: `[${reason}] ${message}`,
    }))
    .sort((left, right) => left.time.localeCompare(right.time))
    .slice(-EVENTS_SHOWN)
    .map(({ text }) => text);
}
