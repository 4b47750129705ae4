import { METADATA_SINCE } from "../../../model/istio/releases.ts";
import { parseGoDuration } from "../../../model/istio/goDuration.ts";
import { isAtLeast, parseVersion } from "../../../model/version.ts";
import { selects } from "../../cluster/labelSelector.ts";
import { finding } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { ProxyConfigObject } from "../mesh/istioObjects.ts";
import type { MeshConfig } from "../mesh/meshConfig.ts";
import type { DoctorPod } from "../mesh/pod.ts";
import { METADATA_NAME, readableDuration } from "./settings.ts";
import type { Setting, Source } from "./settings.ts";

export const CONFIG_ANNOTATION = "proxy.istio.io/config";

/** Everything that can have given a proxy its `ISTIO_META_IDLE_TIMEOUT`. */
export interface MetadataOrigins {
  pod: DoctorPod;
  proxyConfigs: readonly ProxyConfigObject[];
  meshConfig: MeshConfig;
}

/**
 * What a proxy's own setting does.
 *
 * @param value as the proxy told it to istiod.
 * @param passthrough whether the connections go to a host that the mesh does not know.
 */
export function metadataSetting(
  value: string | undefined,
  istioVersion: string,
  passthrough: boolean,
  origins: MetadataOrigins,
): { setting?: Setting; findings: Finding[] } {
  if (value === undefined) {
    return { findings: [] };
  }
  const subject = `${METADATA_NAME}=${value}`;
  const version = parseVersion(istioVersion);
  if (passthrough && version !== undefined && !isAtLeast(version, METADATA_SINCE)) {
    const reason = `${subject}: Istio ${istioVersion} takes no notice of it for unknown hosts, which came with 1.14`;
    const fix = "use an EnvoyFilter, or update Istio";
    return { findings: [finding("IIT041", { reason, fix })] };
  }
  const idleTimeoutMs = parseGoDuration(value);
  if (idleTimeoutMs === undefined) {
    const reason = `${subject}: istiod can't read it and ignores it without a warning: it is no Go duration`;
    const fix = `write ${readableDuration(value)}, and restart the pod`;
    return { findings: [finding("IIT040", { reason, fix })] };
  }
  const from = originOf(value, origins);
  const source: Source = { kind: METADATA_NAME, value, ...(from !== undefined && { from }) };
  return { setting: { source, idleTimeoutMs }, findings: [] };
}

/** The ProxyConfig of a pod's own workload that sets the variable, which goes before the annotation. */
export function winningProxyConfig(
  { metadata }: DoctorPod,
  proxyConfigs: readonly ProxyConfigObject[],
): ProxyConfigObject | undefined {
  const { namespace, labels = {} } = metadata;
  return proxyConfigs.find(({ metadata: own, spec }) => {
    const { matchLabels = {} } = spec?.selector ?? {};
    return (
      own.namespace === namespace &&
      Object.keys(matchLabels).length > 0 &&
      selects({ matchLabels }, labels) &&
      spec?.environmentVariables?.[METADATA_NAME] !== undefined
    );
  });
}

/**
 * Where the proxy has it from: a ProxyConfig for the workload, the pod's annotation, a ProxyConfig of its namespace, one
 * of the root namespace, meshConfig (`EffectiveProxyConfig` in `pilot/pkg/model/proxy_config.go`).
 */
function originOf(value: string, origins: MetadataOrigins): string | undefined {
  const { pod, proxyConfigs, meshConfig } = origins;
  const { namespace, labels = {}, annotations = {} } = pod.metadata;
  const { rootNamespace } = meshConfig;
  const place = ({ metadata, spec }: ProxyConfigObject): number => {
    const { matchLabels = {} } = spec?.selector ?? {};
    const selecting = Object.keys(matchLabels).length > 0;
    if (metadata.namespace === namespace && selecting) {
      return selects({ matchLabels }, labels) ? 0 : -1;
    }
    const near = [namespace, rootNamespace].indexOf(metadata.namespace);
    return selecting || near < 0 ? -1 : 2 + near;
  };
  const candidates = proxyConfigs
    .filter(({ spec }) => spec?.environmentVariables?.[METADATA_NAME] === value)
    .map((config) => ({
      rank: place(config),
      text: `ProxyConfig ${config.metadata.namespace}/${config.metadata.name}`,
    }));
  if (annotations[CONFIG_ANNOTATION]?.includes(METADATA_NAME) === true) {
    candidates.push({ rank: 1, text: `the pod's annotation ${CONFIG_ANNOTATION}` });
  }
  if (meshConfig.idleTimeout === value) {
    candidates.push({ rank: 4, text: "the mesh's defaultConfig" });
  }
  const [first] = candidates.filter(({ rank }) => rank >= 0).sort((a, b) => a.rank - b.rank);
  return first?.text;
}
