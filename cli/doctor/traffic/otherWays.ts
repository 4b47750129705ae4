import { isIP } from "node:net";
import type { Endpoint } from "../../../model/endpoint.ts";
import { formatIdleTimeout } from "../../../report/text.ts";
import { inspectsTls, PLAIN } from "../../sidecar/chainMatch.ts";
import type { Client } from "../../sidecar/chainMatch.ts";
import type { OtherWay } from "../diagnosis.ts";
import { finding } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { Mesh } from "../mesh/mesh.ts";
import { explain } from "../sources/explain.ts";
import type { Side } from "../sources/explain.ts";
import { describeSource } from "../sources/settings.ts";
import { outboundView } from "./view.ts";
import type { Carried, View } from "./view.ts";

/** How many server names are tried at most. */
const MOST_NAMES = 3;

/** The client that the view was found for. */
interface Origin {
  endpoint: Endpoint;
  client: Client;
  addresses: readonly [string, ...string[]];
}

/**
 * Connections to the same endpoint that another chain carries: with TLS, or without; and to other addresses of its name.
 */
export function otherWays(
  mesh: Mesh,
  side: Side,
  view: Carried,
  { endpoint, client, addresses }: Origin,
): { others: OtherWay[]; findings: Finding[] } {
  const listeners = mesh.proxy?.listeners ?? {};
  const [address, ...otherAddresses] = addresses;
  const { port } = endpoint;
  const clients = otherClients(view, endpoint, client).map((each) => ({
    connections: describe(each),
    view: outboundView(listeners, { address, port }, each),
  }));
  const places = otherAddresses.map((each) => ({
    connections: `connections to ${each}${isMadeUp(mesh, each) ? ", an address that istiod made up and at which nothing listens on this port," : ""}`,
    view: outboundView(listeners, { address: each, port }, client),
  }));
  const seen = new Set([key(view)]);
  const isNew = (other: { view: View }): boolean => !seen.has(key(other.view));
  const [changedClients, changedPlaces] = [clients.filter(isNew), places.filter(isNew)];
  const tell = (each: { connections: string; view: View }) => toldOf(mesh, side, each);
  const told = { clients: changedClients.map(tell), places: changedPlaces.map(tell) };
  const alike = otherAddresses.length - changedPlaces.length;
  return {
    others: [...told.clients, ...told.places].map(({ way }) => way),
    findings: [
      ...told.clients.map(({ text }) =>
        finding("IIT006", {
          reason: text,
          fix: "ask again with --tls, or --tls --sni NAME, for the way that the application takes",
        }),
      ),
      ...told.places.map(({ text }) =>
        finding("IIT007", {
          reason: `${endpoint.host} has several addresses, of which the application gets any; ${text}`,
          fix: "give the host one address, or one ServiceEntry with all its ports",
        }),
      ),
      ...(alike === 0
        ? []
        : [
            finding("IIT014", {
              reason: `${endpoint.host} has ${addresses.length} addresses (${addresses.join(", ")}); ${alike === otherAddresses.length ? "all" : "some"} are carried alike`,
              fix: "nothing has to be done",
            }),
          ]),
    ],
  };
}

/** Clients that may go another way than the one that was asked about. */
export function otherClients({ listener }: Carried, { host }: Endpoint, client: Client): Client[] {
  if (!inspectsTls(listener)) {
    return [];
  }
  if (client.tls) {
    return [PLAIN];
  }
  const declared = (listener.filter_chains ?? []).flatMap(
    ({ filter_chain_match }) => filter_chain_match?.server_names ?? [],
  );
  const names = isIP(host) === 0 ? [host] : [...new Set(declared)].slice(0, MOST_NAMES);
  return names.map((sni) => ({ tls: true, sni }));
}

function describe(client: Client): string {
  return client.tls
    ? `TLS connections with the server name ${client.sni ?? ""}`
    : "plain connections";
}

/** Equal where the same chain with the same timeout carries them. */
function key(view: View): string {
  return view.kind === "other"
    ? "other"
    : [view.effective.cluster, view.effective.idleTimeoutMs].join(" ");
}

function toldOf(
  mesh: Mesh,
  side: Side,
  { connections, view }: { connections: string; view: View },
): { way: OtherWay; text: string } {
  if (view.kind === "other") {
    const way = { connections, effective: undefined, setBy: undefined };
    return { way, text: `${connections}: ${view.reason}` };
  }
  const { setBy } = explain(mesh, side, view);
  const { cluster, idleTimeoutMs } = view.effective;
  const by =
    setBy === undefined || setBy.kind === "envoy-default"
      ? ""
      : `, set by ${describeSource(setBy)}`;
  return {
    way: { connections, effective: view.effective, setBy },
    text: `${connections} go to ${cluster}, whose idle timeout is ${formatIdleTimeout(idleTimeoutMs)}${by}`,
  };
}

/** Whether an address is one that istiod gave a ServiceEntry, and so nobody's outside the mesh. */
function isMadeUp({ objects }: Mesh, address: string): boolean {
  return objects.ServiceEntry.some(
    ({ status }) => status?.addresses?.some(({ value }) => value === address) === true,
  );
}
