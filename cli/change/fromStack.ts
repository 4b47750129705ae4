/** Reads what the experiment takes from the stack beside which it runs. */
import { probeLabels } from "../../model/istio/labels.ts";
import { newestJournal } from "../measure/journalStore.ts";
import { askJson } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import { MeasureError } from "../cluster/world.ts";
import { BUSY_KINDS } from "./busyKind.ts";
import type { BusyKind } from "./busyKind.ts";

/** Labels of a namespace by which Istio decides whether and how to inject. */
const INJECTION_LABELS = ["istio-injection", "istio.io/rev"];

/** Annotations to copy from the sidecar; the stack's other annotations are its remedy and its time-lapse. */
const SIDECAR_REQUESTS = ["sidecar.istio.io/proxyCPU", "sidecar.istio.io/proxyMemory"];

type Texts = Record<string, string>;

/** Parts of the stack that the experiment's workloads reuse. */
export interface WorkloadTemplate {
  /** Labels that get the pods of a namespace the same sidecar as the stack's. */
  namespaceLabels: Texts;
  annotations: Texts;
  /** Pod spec of the stack's probe. */
  podSpec: object;
}

/**
 * Reads how the stack makes its probe with a sidecar.
 *
 * @throws MeasureError when there is no stack in the namespace.
 */
export async function findTemplate(kubectl: Kubectl, namespace: string): Promise<WorkloadTemplate> {
  const selector = Object.entries(probeLabels(true))
    .map((label) => label.join("="))
    .join(",");
  const deployments = ["get", "deployments", "--selector", selector, "--output", "json"];
  const { items } = (await askJson(kubectl, deployments)) as { items: Deployment[] };
  const [deployment] = items;
  if (deployment === undefined) {
    throw new MeasureError(
      `namespace ${namespace} has no probe; bring a stack up first (pulumi up) and name its namespace`,
    );
  }
  const { metadata } = (await askJson(kubectl, [
    ...["get", "namespace", namespace, "--output", "json"],
  ])) as { metadata: { labels?: Texts } };
  const { template } = deployment.spec;
  return {
    namespaceLabels: pick(metadata.labels, INJECTION_LABELS),
    annotations: pick(template.metadata.annotations, SIDECAR_REQUESTS),
    podSpec: template.spec,
  };
}

/** An endpoint that can be kept busy without a login. */
export interface BusyTarget {
  middleware: BusyKind;
  destination: Destination;
}

/**
 * Finds the endpoint that the stack measures.
 *
 * @throws MeasureError when it has measured nothing, or nothing of a kind that the experiment takes.
 */
export async function findTarget(kubectl: Kubectl): Promise<BusyTarget> {
  const journal = await newestJournal(kubectl);
  if (journal === undefined) {
    throw new MeasureError(
      "the stack has measured nothing from which its endpoint is known; name one with --endpoint",
    );
  }
  for (const { middleware, destination } of journal.targets) {
    const kind = BUSY_KINDS.find((each) => each === middleware);
    if (kind !== undefined) {
      return { middleware: kind, destination };
    }
  }
  throw new MeasureError(
    `the stack measures no ${BUSY_KINDS.join(" or ")}; name one with --endpoint and --middleware`,
  );
}

function pick(texts: Texts = {}, wanted: readonly string[]): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => wanted.includes(key)));
}

interface Deployment {
  spec: { template: { metadata: { annotations?: Texts }; spec: object } };
}
