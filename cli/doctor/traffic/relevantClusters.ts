import { clustersOf, tcpProxyOf } from "../../sidecar/proxyConfig.ts";
import type { ListenersDump } from "../../sidecar/envoyListener.ts";
import type { Endpoint } from "../../../model/endpoint.ts";
import type { Client } from "../../sidecar/chainMatch.ts";
import { DoctorError } from "../doctorError.ts";
import type { Mesh } from "../mesh/mesh.ts";
import type { Sidecar } from "../mesh/sidecar.ts";
import { addressesOf } from "./address.ts";
import { otherClients } from "./otherWays.ts";
import { outboundView } from "./view.ts";

/** Names of the clusters that connections to the endpoint can go to, whichever address and client they have. */
export function relevantClusters(
  mesh: Pick<Mesh, "pod" | "objects" | "resolved">,
  sidecar: Sidecar,
  listeners: ListenersDump,
  { endpoint, client }: { endpoint: Endpoint; client: Client },
): string[] {
  const views = addresses(mesh, endpoint, sidecar, listeners).flatMap((address) => {
    const at = { address, port: endpoint.port };
    const first = outboundView(listeners, at, client);
    const others = first.kind === "carried" ? otherClients(first, endpoint, client) : [];
    return [first, ...others.map((other) => outboundView(listeners, at, other))];
  });
  const names = views.flatMap((view) =>
    view.kind === "carried" ? clustersOf(tcpProxyOf(view.chain) ?? {}) : [],
  );
  return [...new Set(names)].sort();
}

function addresses(...given: Parameters<typeof addressesOf>): readonly string[] {
  try {
    return addressesOf(...given);
  } catch (error) {
    if (error instanceof DoctorError) {
      return [];
    }
    throw error;
  }
}
