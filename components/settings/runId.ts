import { canonicalJson, digest } from "../../model/digest.ts";
import { DEFAULT_PATH, DEFAULT_REMEDY } from "../../model/remedy.ts";
import type { Settings } from "./settings.ts";

const LENGTH = 10;

/**
 * Names a measurement by its definition: equal settings are the same run, which is not repeated, and any difference makes
 * a new one. The id is a DNS label, fit for labels, resource names and file names.
 *
 * The definition holds only what the user decides. Its results (the port that Docker chose, the digest of an image) may
 * change without making a finished measurement void.
 */
export function runId(settings: Settings): string {
  const definition: Record<keyof RunDefinition, unknown> = {
    debugLog: settings.debugLog || undefined,
    evidence: settings.evidence,
    kubeContext: settings.kubeContext ?? null,
    load: settings.load,
    observeMs: settings.observeMs,
    outside: settings.outside,
    // Defaults are left out here and below, so that their ids stay as they were before the key existed.
    path: settings.path === DEFAULT_PATH ? undefined : settings.path,
    remedy: settings.remedy === DEFAULT_REMEDY ? undefined : settings.remedy,
    revision: settings.revision ?? null,
    run: settings.run,
    timelapse: settings.timelapse === 1 ? undefined : settings.timelapse,
    timeout: settings.timeout,
  };
  return digest(canonicalJson(definition), LENGTH);
}

/** Settings that define a measurement; the others only say how it comes about. */
type RunDefinition = Pick<
  Settings,
  | "debugLog"
  | "evidence"
  | "kubeContext"
  | "load"
  | "observeMs"
  | "outside"
  | "path"
  | "remedy"
  | "revision"
  | "run"
  | "timelapse"
  | "timeout"
>;
