/**
 * The sidecar's clock at a multiple of its speed: a shim from `app/timelapse`, preloaded into Envoy, lets
 * an idle timeout of an hour pass in ten seconds, at its real configured value.
 */
import type { InjectionRequest } from "./istio/injection.ts";

/** Up to this factor it was measured that what Envoy's timers do stays true. */
export const MAX_FACTOR = 360;

/** Where the derived proxy image has the shim; its Dockerfile puts it there. */
const SHIM = "/usr/local/lib/istio-idle-timeout/timelapse.so";

/**
 * Checks a speed; 1 is real time.
 *
 * @throws Error with one line for the user.
 */
export function parseTimelapse(text: string): number {
  const factor = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(factor >= 1 && factor <= MAX_FACTOR)) {
    throw new Error(
      `${JSON.stringify(text)} is not a whole number from 1, which is real time, to ${MAX_FACTOR}`,
    );
  }
  return factor;
}

/** What a duration by the sidecar's clock is in real time. */
export function toWallMs(proxyMs: number, factor: number): number {
  return proxyMs / factor;
}

/**
 * What a pod asks for to get a sidecar with a faster clock. Envoy alone is reached: pilot-agent is linked
 * statically and takes no notice of what is to be preloaded.
 *
 * @param image the mesh's proxy image with the shim in it.
 */
export function timelapseRequest(factor: number, image: string): InjectionRequest {
  return {
    proxyImage: image,
    proxyMetadata: { LD_PRELOAD: SHIM, TIMELAPSE_FACTOR: String(factor) },
  };
}
