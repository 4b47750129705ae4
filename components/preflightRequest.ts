import { languagesOf } from "./drivers.ts";
import { PROBE_REPOSITORY } from "./imageNames.ts";
import { INJECT_LABEL, injectionLabels, probeLabels } from "./labels.ts";
import type { Path, Remedy } from "./remedy.ts";
import type { Settings } from "./settings.ts";
import type { Timeout } from "./timeout.ts";

/** What a stack is about to use, for `cli/preflight` to look at; handed over as JSON. */
export interface PreflightRequest {
  /** Namespace that the stack creates. */
  namespace: string;
  /** Whose the namespace has to be where it exists already. */
  owner: string;
  /** Context in the ambient kubeconfig; absent is its current one. */
  kubeContext?: string | undefined;
  /** Labels by which Istio injects its sidecar into the namespace's pods. */
  injectionLabels: Readonly<Record<string, string>>;
  /** Labels of the pod that is to get a sidecar. */
  podLabels: Readonly<Record<string, string>>;
  timeout: Timeout;
  /** How connections to the endpoint go through the sidecar. */
  path: Path;
  /** How the timeout is set, or avoided. */
  remedy: Remedy;
  /** Whether the sidecar is to be one with a faster clock. */
  timelapse: boolean;
  /** Repository that the probe's image is pushed to. */
  repository: string;
  /** Images that Docker has to have or to find, by the setting that names them. */
  images: Readonly<Record<string, string>>;
  /** `os/arch` that was set for the probe's image. */
  platform?: string | undefined;
}

/**
 * The request of a stack, but for whose it is.
 *
 * @param namespace that it creates.
 */
export function preflightRequest(
  settings: Settings,
  namespace: string,
): Omit<PreflightRequest, "owner"> {
  const { baseImage, kubeContext, outside, path, platform, registry, remedy, revision, timeout } =
    settings;
  const timelapse = settings.timelapse > 1;
  const servers = outside.kind === "servers" ? outside.servers : [];
  return {
    namespace,
    kubeContext,
    injectionLabels: injectionLabels(revision),
    podLabels: { ...probeLabels(true), [INJECT_LABEL]: "true" },
    timeout,
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

/** Those that the images of the drivers are built on, but for `baseImage`. */
function driverImages({ drivers, goImage, nodeBuildImage }: Settings): Record<string, string> {
  const languages = languagesOf(drivers);
  return {
    ...(languages.includes("go") && { goImage }),
    ...(languages.includes("node") && { nodeBuildImage }),
  };
}

/** What is in the way, one line each; none when nothing is. */
export interface PreflightAnswer {
  problems: string[];
}
