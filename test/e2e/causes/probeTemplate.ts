import { eventually } from "../../../lab/base/wait.ts";
import { kubectl } from "../support.ts";
import type { PodName } from "./pairObjects.ts";

/** The two pods of a stack's probes as they stand in the cluster. */
export type Template = Record<PodName, PodTemplate>;

export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: object;
}

/** What the probes of a stack are made from, as soon as it has them. */
export async function probeTemplate(namespace: string): Promise<Template> {
  let pods: [string, PodTemplate][] = [];
  await eventually(
    `the probes of ${namespace} are there`,
    async () => {
      const deployments = ["get", "deployments", "--namespace", namespace, "--output=json"];
      const { items } = JSON.parse(await kubectl(...deployments)) as {
        items: { metadata: { name: string }; spec: { template: PodTemplate } }[];
      };
      pods = items.map(({ metadata, spec }) => [
        metadata.name.replace("probe-", ""),
        spec.template,
      ]);
      return pods.length === 2;
    },
    100_000,
  );
  return Object.fromEntries(pods) as Template;
}
