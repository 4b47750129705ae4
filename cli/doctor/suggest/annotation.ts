import { formatDuration } from "../../../model/duration.ts";
import { METADATA_SINCE } from "../../../model/istio/releases.ts";
import { PASSTHROUGH } from "../../../model/istio/wellKnown.ts";
import { shellWord } from "../../../report/safeText.ts";
import { isAtLeast, parseVersion } from "../../../model/version.ts";
import { isWorkloadKind, workloadOfOwner } from "../../cluster/podFacts.ts";
import { CONFIG_ANNOTATION, winningProxyConfig } from "../sources/metadataSetting.ts";
import { describeSource, METADATA_NAME } from "../sources/settings.ts";
import type { Choice } from "./advice.ts";
import type { Place } from "./place.ts";

/**
 * The variable of the whole pod, in the annotation of its workload's template.
 *
 * @returns the reason in place of a choice, where it would do nothing.
 */
export async function annotationChoice(place: Place): Promise<Choice | string> {
  const { mesh, setBy, side, view, wantedMs } = place;
  const { pod, sidecar } = side;
  const version = parseVersion(sidecar.istioVersion);
  const passthrough = view.effective.cluster === PASSTHROUGH;
  if (passthrough && version !== undefined && !isAtLeast(version, METADATA_SINCE)) {
    return `Istio ${sidecar.istioVersion} ignores ${METADATA_NAME} for hosts that the mesh does not know, until 1.14`;
  }
  if (setBy?.kind === "EnvoyFilter" || setBy?.kind === "DestinationRule") {
    return `${METADATA_NAME} does nothing here: ${describeSource(setBy)} goes before it`;
  }
  const config = winningProxyConfig(pod, mesh.objects.ProxyConfig);
  if (config !== undefined) {
    return `${METADATA_NAME} in the annotation does nothing here: ProxyConfig ${config.metadata.namespace}/${config.metadata.name} goes before it, so set it there and restart the pods`;
  }
  const { annotations = {}, namespace, ownerReferences = [] } = pod.metadata;
  const owner = ownerReferences.map(workloadOfOwner)[0];
  if (owner === undefined || !isWorkloadKind(owner.kind)) {
    return `${METADATA_NAME}: the pod has no Deployment, StatefulSet or DaemonSet in whose template the annotation could stand`;
  }
  const value = await annotated(annotations[CONFIG_ANNOTATION], formatDuration(wantedMs));
  if (value === undefined) {
    return `${METADATA_NAME}: the pod's annotation ${CONFIG_ANNOTATION} could not be read, and must not be replaced`;
  }
  const { kind, name } = owner;
  const patch = {
    spec: { template: { metadata: { annotations: { [CONFIG_ANNOTATION]: value } } } },
  };
  const command = [
    ...["kubectl", "patch", kind.toLowerCase(), name, "--namespace", namespace],
    ...["--type", "merge", "--patch", shellWord(JSON.stringify(patch))],
  ].join(" ");
  return {
    means: "annotation",
    about:
      `it works from Istio 1.14 on for hosts that the mesh does not know, and from 1.1.4 on for others; it reaches all TCP connections of the pods of ` +
      `${kind.toLowerCase()} ${namespace}/${name}, those that they take too, unless a DestinationRule or an EnvoyFilter sets another timeout; it restarts the pods, and every connection with them`,
    objects: [],
    patch: { kind, namespace, name, patch, command },
  };
}

/**
 * Adds the variable to what the annotation holds already.
 *
 * @returns undefined where that is no mapping.
 */
async function annotated(text = "", duration: string): Promise<string | undefined> {
  const { load } = await import("js-yaml");
  let config: unknown;
  try {
    config = text.trim() === "" ? {} : load(text);
  } catch {
    return undefined;
  }
  if (!isMapping(config)) {
    return undefined;
  }
  const { proxyMetadata = {} } = config;
  // istiod reads YAML, of which JSON is a subset.
  return isMapping(proxyMetadata)
    ? JSON.stringify({ ...config, proxyMetadata: { ...proxyMetadata, [METADATA_NAME]: duration } })
    : undefined;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
