import { parseProtobufDuration, tcpProxyOf } from "../sidecar/proxyConfig.ts";
import type { Carriage } from "./diagnosis.ts";
import type { Mesh } from "./mesh/mesh.ts";
import type { Sidecar } from "./mesh/sidecar.ts";
import type { Source } from "./sources/settings.ts";
import type { Carried } from "./traffic/view.ts";

/** Reads the settings that the sidecar applies to connections that it carries. */
export function carriageOf(
  { proxy }: Mesh,
  { drainTimeMs }: Sidecar,
  { chain, effective }: Carried,
  setBy: Source | undefined,
): Carriage {
  const [name] = effective.cluster.split(",");
  const cluster = proxy?.clusters.configs
    ?.map((config) => config.cluster)
    .find((one) => one?.name === name);
  const maxDuration = tcpProxyOf(chain)?.max_downstream_connection_duration;
  return {
    ...{ effective, setBy, drainTimeMs },
    maxDurationMs: maxDuration === undefined ? undefined : parseProtobufDuration(maxDuration),
    keepalive: cluster?.upstream_connection_options?.tcp_keepalive,
  };
}
