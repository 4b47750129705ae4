import type { ProbeKind } from "../../model/record.ts";
import { driverLabels, RUN_LABEL } from "../../model/istio/labels.ts";
import { askJson } from "../cluster/kubectl.ts";
import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import { hasSidecar, isStaying } from "../cluster/podFacts.ts";
import { MeasureError } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";

/**
 * Names of the run's two pods.
 *
 * @throws MeasureError when one is missing, or has a sidecar where it should not or none where it should.
 */
export async function findDriverPods(
  { kubectl }: World,
  run: string,
): Promise<Record<ProbeKind, string>> {
  const ofRun = ["get", "pods", "--selector", `${RUN_LABEL}=${run}`, "--output", "json"];
  const { items } = (await askJson(kubectl, ofRun)) as { items: Pod[] };
  return { withSidecar: pick(items, true), withoutSidecar: pick(items, false) };
}

function pick(pods: readonly Pod[], sidecar: boolean): string {
  const labels = Object.entries(driverLabels(sidecar));
  const pod = pods
    .filter(isStaying)
    .find(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value));
  if (pod === undefined) {
    const selector = labels.map((label) => label.join("=")).join(",");
    throw new MeasureError(`no pod of the run has the labels ${selector}; run pulumi up again`);
  }
  const { name } = pod.metadata;
  if (hasSidecar(pod) !== sidecar) {
    throw new MeasureError(
      `pod ${name} has ${sidecar ? "no" : "an"} ${PROXY_CONTAINER} container; check that istiod runs, and the ` +
        "injection labels of namespace and pod",
    );
  }
  return name;
}

interface Pod {
  metadata: { name: string; deletionTimestamp?: string; labels?: Record<string, string> };
  spec: { containers: { name: string }[]; initContainers?: { name: string }[] };
}
