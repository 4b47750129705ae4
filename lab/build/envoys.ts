import { LabError } from "../base/errors.ts";
import { ISTIO_VERSION } from "./versions.ts";

/**
 * Envoys that a lab's sidecars can run, pinned in `lab/envoy/<version>.txt`, each with the release of Istio that its
 * sidecar reports: Istio 1.N ships Envoy 1.(N+8). The last is that of the lab's own Istio.
 */
export const ENVOYS = {
  "1.36.4": "1.28.0",
  "1.37.0": "1.29.0",
  "1.38.3": "1.30.0",
  "1.39.3": "1.31.0",
  "1.40.0": ISTIO_VERSION,
} as const;

export type EnvoyVersion = keyof typeof ENVOYS;

/** Envoy of a lab that is brought up without a choice. */
export const DEFAULT_ENVOY: EnvoyVersion = "1.40.0";

/** Envoys that `npm run test:proxies` takes by itself: the oldest, whose log names no close reasons, and the lab's own. */
export const TESTED_ENVOYS: readonly EnvoyVersion[] = ["1.36.4", DEFAULT_ENVOY];

/** Names the Envoys that the lab has, for help and messages. */
export const ENVOY_LIST = Object.keys(ENVOYS).join(", ");

/**
 * Reads a version of Envoy as people give it.
 *
 * @throws LabError unless the lab has it.
 */
export function parseEnvoy(text: string): EnvoyVersion {
  if (!Object.hasOwn(ENVOYS, text)) {
    throw new LabError(
      `Envoy ${JSON.stringify(text)}: give a version that the lab has: ${ENVOY_LIST}`,
    );
  }
  return text as EnvoyVersion;
}
