import type { KubeObject } from "./object.ts";

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

interface DeploymentStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  availableReplicas?: number;
  conditions?: Condition[];
}

export interface Rollout {
  done: boolean;
  /** Progress, for people who wait. */
  progress: string;
  /** Reasons why it isn't done, in the controller's words if it gives any. */
  problems: string[];
}

/**
 * Reads from a Deployment how far its controller is. It is done once it has seen the newest generation, all pods of
 * its new ReplicaSet are available, and no pod of an older one is left.
 */
export function rolloutOf(deployment: KubeObject): Rollout {
  const wanted = (deployment.spec as { replicas?: number } | undefined)?.replicas ?? 1;
  const status = (deployment.status ?? {}) as unknown as DeploymentStatus;
  const conditions = status.conditions ?? [];
  const condition = (type: string): Condition | undefined =>
    conditions.find((one) => one.type === type);

  const observed = (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
  const progressing = condition("Progressing");
  const complete =
    progressing?.status === "True" && progressing.reason === "NewReplicaSetAvailable";
  const available = condition("Available")?.status === "True";
  const updated = status.updatedReplicas ?? 0;
  const old = (status.replicas ?? 0) - updated;
  // Pods of older ReplicaSets count as available too, until they are gone.
  const ready = observed ? Math.max(0, (status.availableReplicas ?? 0) - old) : 0;

  const problems = conditions
    .filter(({ type, status }) => status === (type === "ReplicaFailure" ? "True" : "False"))
    .map(({ type, reason = type, message = "" }) => `[${reason}] ${message}`);
  if (!available) {
    problems.push("Minimum number of live Pods was not attained");
  } else if (!complete) {
    problems.push(
      "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live",
    );
  }
  return {
    done: observed && complete && available && ready >= wanted && old <= 0,
    progress: `Waiting for app ReplicaSet to be available (${ready}/${wanted} Pods available)`,
    problems,
  };
}
