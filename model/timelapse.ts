/**
 * Time-lapse: a shim from `app/timelapse`, preloaded into Envoy, runs the sidecar's clock at a multiple of its speed, so
 * that an idle timeout of an hour passes in ten seconds, at its real configured value.
 */
import type { InjectionRequest } from "./istio/injection.ts";

/** Largest factor at which measurements showed that Envoy's timers stay true. */
export const MAX_FACTOR = 360;

/** Path of the shim in the derived proxy image; its Dockerfile puts it there. */
const SHIM = "/usr/local/lib/istio-idle-timeout/timelapse.so";

/**
 * Reads a factor; 1 is real time.
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

/** Converts a duration by the sidecar's clock to real time. */
export function toWallMs(proxyMs: number, factor: number): number {
  return proxyMs / factor;
}

/**
 * Returns the request by which a pod gets a sidecar with a faster clock. The shim reaches Envoy alone: pilot-agent is
 * linked statically and preloads nothing.
 *
 * @param image the mesh's proxy image with the shim in it.
 */
export function timelapseRequest(factor: number, image: string): InjectionRequest {
  return {
    proxyImage: image,
    proxyMetadata: { LD_PRELOAD: SHIM, TIMELAPSE_FACTOR: String(factor) },
  };
}
