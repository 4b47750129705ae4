import type { PreflightRequest } from "../../model/requests.ts";
import { askJson, KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { parseTimeout } from "../../model/timeout.ts";
import { versionProblems } from "../../model/istio/releases.ts";
import { selects } from "../cluster/labelSelector.ts";
import type { LabelSelector } from "../cluster/labelSelector.ts";
import { parseVersion } from "../../model/version.ts";

/** Lists problems with Istio, as far as the user may read it. */
export async function istioProblems(
  kubectl: Kubectl,
  request: PreflightRequest,
): Promise<string[]> {
  try {
    await kubectl(["get", "--raw", "/apis/networking.istio.io"]);
  } catch (error) {
    if (error instanceof KubectlError && error.notFound) {
      return [
        "Istio: it is not installed in the cluster, which has no API networking.istio.io; install it " +
          "(istioctl install), or set kubeContext to a cluster that has it",
      ];
    }
    throw error;
  }
  const configurations = await list<WebhookConfiguration>(kubectl, "mutatingwebhookconfigurations");
  if (configurations === undefined) {
    return []; // Whether there is a sidecar is seen when the pods run.
  }
  const injector = chooseInjector(configurations, request);
  if (injector === undefined) {
    return [withoutInjector(configurations, request)];
  }
  const { service, revision } = injector;
  if (service === undefined) {
    return []; // The control plane is outside the cluster.
  }
  const selector = ["--namespace", service.namespace, "--selector", "app=istiod"];
  const controlPlanes = await list<Deployment>(kubectl, "deployments.apps", ...selector);
  const istiod =
    controlPlanes?.find(({ metadata }) => metadata.labels?.[REVISION] === revision) ??
    controlPlanes?.find(({ metadata }) => metadata.name === service.name);
  return istiod === undefined ? [] : controlPlaneProblems(istiod, request);
}

const REVISION = "istio.io/rev";
const TAG = "istio.io/tag";

/** The webhook that gives the probe's pod its sidecar. */
export interface Injector {
  /** Undefined for a control plane outside the cluster. */
  service: { name: string; namespace: string } | undefined;
  revision: string | undefined;
}

/** Chosen as the API server chooses it: by labels of the namespace and of the pod. */
export function chooseInjector(
  configurations: readonly WebhookConfiguration[],
  { namespace, injectionLabels, podLabels }: PreflightRequest,
): Injector | undefined {
  const namespaceLabels = { "kubernetes.io/metadata.name": namespace, ...injectionLabels };
  for (const { metadata, webhooks = [] } of configurations) {
    const webhook = webhooks.find(
      ({ name, namespaceSelector, objectSelector }) =>
        isInjector(name) &&
        selects(namespaceSelector, namespaceLabels) &&
        selects(objectSelector, podLabels),
    );
    if (webhook !== undefined) {
      return { service: webhook.clientConfig.service, revision: metadata.labels?.[REVISION] };
    }
  }
  return undefined;
}

function isInjector(webhook: string): boolean {
  return webhook.endsWith("sidecar-injector.istio.io");
}

function withoutInjector(
  configurations: readonly WebhookConfiguration[],
  { injectionLabels }: PreflightRequest,
): string {
  const labels = Object.entries(injectionLabels).map(([key, value]) => `${key}=${value}`);
  const names = configurations
    .filter(({ webhooks = [] }) => webhooks.some(({ name }) => isInjector(name)))
    .map(({ metadata }) => metadata.labels?.[TAG] ?? metadata.labels?.[REVISION] ?? "default");
  const others = [...new Set(names)].sort();
  return others.length === 0
    ? "Istio: nothing in the cluster injects sidecars (no MutatingWebhookConfiguration has a webhook " +
        "sidecar-injector.istio.io); install istiod (istioctl install)"
    : `Istio: no webhook injects sidecars into a namespace with the label ${labels.join(",")}; set revision ` +
        `to one of ${others.join(", ")}`;
}

/** Problems with the control plane that injects, for what the stack wants of it. */
export function controlPlaneProblems(
  { metadata, spec, status }: Deployment,
  request: PreflightRequest,
): string[] {
  const problems: string[] = [];
  if ((status.availableReplicas ?? 0) === 0) {
    problems.push(
      `Istio: ${metadata.name} is not available, so that pods get no sidecar; see ` +
        `kubectl get pods --namespace ${metadata.namespace}`,
    );
  }
  const image = spec.template.spec.containers[0]?.image ?? "";
  const name =
    [/:([^/:@]+)(@.*)?$/.exec(image)?.[1], metadata.labels?.["operator.istio.io/version"]].find(
      (text) => text !== undefined && parseVersion(text) !== undefined,
    ) ?? "";
  const version = parseVersion(name);
  if (version === undefined) {
    return problems;
  }
  return [
    ...problems,
    ...versionProblems({ name, version }, { ...request, timeout: parseTimeout(request.timeout) }),
  ];
}

/** @returns undefined when the user may not look */
async function list<T>(
  kubectl: Kubectl,
  resource: string,
  ...options: string[]
): Promise<T[] | undefined> {
  try {
    const answer = await askJson(kubectl, ["get", resource, ...options, "--output", "json"]);
    return (answer as { items: T[] }).items;
  } catch (error) {
    if (error instanceof KubectlError && error.forbidden) {
      return undefined;
    }
    throw error;
  }
}

interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
}

export interface WebhookConfiguration {
  metadata: Metadata;
  webhooks?: {
    name: string;
    namespaceSelector?: LabelSelector;
    objectSelector?: LabelSelector;
    clientConfig: { service?: { name: string; namespace: string } };
  }[];
}

export interface Deployment {
  metadata: Metadata;
  spec: { template: { spec: { containers: { image: string }[] } } };
  status: { availableReplicas?: number };
}
