import type { Endpoint } from "../../model/endpoint.ts";
import { diagnose } from "../doctor/diagnose.ts";
import { DoctorError } from "../doctor/doctorError.ts";
import { describeSource } from "../doctor/sources/settings.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import type { World } from "../cluster/world.ts";

/**
 * What sets the idle timeout that the sidecar of a pod applies, such as `EnvoyFilter shop/idle-timeout`;
 * undefined where that is Envoy itself or is not known: a measurement needs no rights for it.
 */
export async function originOf(
  { kubectl }: World,
  { namespace, pod }: { namespace: string; pod: string },
  { address, port }: Destination,
): Promise<string | undefined> {
  const endpoint: Endpoint = { host: address, port };
  try {
    const { way } = await diagnose(kubectl, { namespace, pod, endpoint });
    const setBy = way.kind === "sidecar" ? way.carriage.setBy : undefined;
    return setBy === undefined || setBy.kind === "envoy-default"
      ? undefined
      : describeSource(setBy);
  } catch (error) {
    if (error instanceof DoctorError) {
      return undefined;
    }
    throw error;
  }
}
