import { languagesOf } from "../settings/drivers.ts";
import { PROBE_REPOSITORY } from "../common/contentImage.ts";
import { INJECT_LABEL, injectionLabels, probeLabels } from "../../model/istio/labels.ts";
import type { Settings } from "../settings/settings.ts";
import type { PreflightRequest } from "../../model/requests.ts";

/**
 * Returns what the preflight has to check for a stack, without the owner.
 *
 * @param namespace namespace that the stack creates.
 */
export function preflightRequest(
  settings: Settings,
  namespace: string,
): Omit<PreflightRequest, "owner"> {
  const { baseImage, kubeContext, outside, path, platform, registry, remedy, revision } = settings;
  const timelapse = settings.timelapse > 1;
  const servers = outside.kind === "servers" ? outside.servers : [];
  return {
    namespace,
    context: kubeContext,
    injectionLabels: injectionLabels(revision),
    podLabels: { ...probeLabels(true), [INJECT_LABEL]: "true" },
    timeout: settings.timeoutText,
    path,
    remedy,
    timelapse,
    repository: `${registry}/${PROBE_REPOSITORY}`,
    images: {
      baseImage,
      ...(timelapse && { compilerImage: settings.compilerImage }),
      ...driverImages(settings),
      ...Object.fromEntries(servers.map(({ kind, image }) => [`${kind}Image`, image])),
    },
    platform,
  };
}

/** Lists the images on which the drivers' images are built, without `baseImage`. */
function driverImages({ drivers, goImage, nodeBuildImage }: Settings): Record<string, string> {
  const languages = languagesOf(drivers);
  return {
    ...(languages.includes("go") && { goImage }),
    ...(languages.includes("node") && { nodeBuildImage }),
  };
}
