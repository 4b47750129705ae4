import { canonicalJson } from "../../model/canonicalJson.ts";
import { digest } from "../../model/digest.ts";
import { DEFAULT_PATH, DEFAULT_REMEDY } from "../../model/remedy.ts";
import type { Settings } from "./settings.ts";

const LENGTH = 10;

/**
 * Names a measurement by what defines it: equal settings are the same run, which is not repeated; any
 * difference is a new one. A DNS label, so that it can stand in labels, resource and file names.
 *
 * Only what the user decides is in here. What merely results from it (the port Docker chose, the digest
 * of an image) may change without making a finished measurement void.
 */
export function runId(settings: Settings): string {
  const definition: Record<keyof RunDefinition, unknown> = {
    debugLog: settings.debugLog || undefined,
    evidence: settings.evidence,
    kubeContext: settings.kubeContext ?? null,
    load: settings.load,
    observeMs: settings.observeMs,
    outside: settings.outside,
    // Like the time-lapse below, left out where it is the default.
    path: settings.path === DEFAULT_PATH ? undefined : settings.path,
    remedy: settings.remedy === DEFAULT_REMEDY ? undefined : settings.remedy,
    revision: settings.revision ?? null,
    run: settings.run,
    // Left out in real time, as it is no part of what was measured before there was a time-lapse.
    timelapse: settings.timelapse === 1 ? undefined : settings.timelapse,
    timeout: settings.timeout,
  };
  return digest(canonicalJson(definition), LENGTH);
}

/** The settings that make a measurement what it is; the others only say how it comes about. */
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
