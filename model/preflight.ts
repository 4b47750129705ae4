import type { Path, Remedy } from "./remedy.ts";
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

/** What is in the way, one line each; none when nothing is. */
export interface PreflightAnswer {
  problems: string[];
}
