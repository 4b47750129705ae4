import { formatDuration } from "../../../model/duration.ts";
import { BLACK_HOLE } from "../../../model/istio/wellKnown.ts";
import { formatEndpoint } from "../../../model/endpoint.ts";
import type { Endpoint } from "../../../model/endpoint.ts";
import { finding, referenceTo } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { Mesh } from "../mesh/mesh.ts";
import { awaitFirstBytes } from "../../sidecar/awaitFirstBytes.ts";
import { clustersOf, parseProtobufDuration, tcpProxyOf } from "../../sidecar/proxyConfig.ts";
import { isWildcard } from "../../sidecar/listenerMatch.ts";
import { filtersFor } from "../sources/filterOrder.ts";
import { timeoutPatches } from "../sources/timeoutPatch.ts";
import { workloadOf } from "../sources/explain.ts";
import { fullNames, hostOf } from "./address.ts";
import type { Carried, View } from "./view.ts";

/** Finds everything beside the idle timeout that ends or carries the connections. */
export function connectionFindings(
  mesh: Mesh,
  endpoint: Endpoint,
  view: Carried,
  { domain }: { domain: string },
): Finding[] {
  const clusters = clustersOf(tcpProxyOf(view.chain) ?? {});
  return [
    ...rejectedFinding(mesh, view),
    ...missingClusters(mesh, clusters),
    ...(clusters.includes(BLACK_HOLE)
      ? [
          finding("IIT002", {
            reason: `${formatEndpoint(endpoint)}: the mesh allows no hosts that it does not know, so that the sidecar closes connections at once`,
            fix: "make the host known with a ServiceEntry",
          }),
        ]
      : []),
    ...anyAddress(mesh, endpoint, view, clusters, domain),
    ...waiting(view, endpoint.port),
    ...maxDuration(view),
  ];
}

/** Says what the sidecar rejected, in its own words, and names the filter that adds a second tcp_proxy, if one does. */
export function rejectedFinding(mesh: Mesh, view: View): Finding[] {
  if (view.rejected === undefined) {
    return [];
  }
  const workload = workloadOf(mesh, mesh.pod);
  const culprit = filtersFor(mesh.objects.EnvoyFilter, workload).findLast((filter) =>
    timeoutPatches(filter, "").some(({ operation }) => !["MERGE", "REPLACE"].includes(operation)),
  );
  const listener = view.kind === "carried" ? ` of listener ${view.listener.name}` : "";
  return [
    finding("IIT003", {
      ...(culprit !== undefined && { object: referenceTo("EnvoyFilter", culprit.metadata) }),
      reason: `the sidecar rejected istiod's latest configuration${listener}${view.kind === "carried" ? " and goes on with an older one" : ""}: ${view.rejected}`,
      fix:
        culprit === undefined
          ? "correct or remove the EnvoyFilter that brings that in"
          : "use the operation MERGE, which changes the tcp_proxy that is there",
    }),
  ];
}

/** Envoy takes a tcp_proxy whose cluster it has not, and closes each connection at once with the flag NC. */
function missingClusters(mesh: Mesh, clusters: readonly string[]): Finding[] {
  const have = (mesh.proxy?.clusters.configs ?? []).map(({ cluster }) => cluster?.name);
  const missing = clusters.filter((name) => !have.includes(name) && name !== BLACK_HOLE);
  return missing.map((name) => {
    const workload = workloadOf(mesh, mesh.pod);
    const culprit = filtersFor(mesh.objects.EnvoyFilter, workload).findLast((filter) =>
      JSON.stringify(filter.spec?.configPatches ?? []).includes(JSON.stringify(name)),
    );
    return finding("IIT001", {
      ...(culprit !== undefined && { object: referenceTo("EnvoyFilter", culprit.metadata) }),
      reason:
        (culprit === undefined ? "" : "it names ") +
        `cluster ${JSON.stringify(name)}, which the sidecar has not, so that it closes every connection at once`,
      fix:
        culprit === undefined
          ? "look for what names that cluster"
          : timeoutPatches(culprit, "").length > 0
            ? "leave nothing in its typed_config but @type and idle_timeout"
            : "take the cluster out of it",
    });
  });
}

function anyAddress(
  { pod }: Mesh,
  { host, port }: Endpoint,
  { chain, listener }: Carried,
  clusters: readonly string[],
  domain: string,
): Finding[] {
  const known = clusters.map(hostOf)[0];
  const meant = fullNames(host, pod.metadata.namespace, domain).includes(known ?? "");
  const socket = listener.address?.socket_address?.address ?? "";
  const { prefix_ranges, server_names } = chain.filter_chain_match ?? {};
  const selective = prefix_ranges !== undefined || server_names !== undefined;
  return known === undefined || meant || selective || !isWildcard(socket)
    ? []
    : [
        finding("IIT008", {
          reason: `listener ${listener.name} takes connections to every address on port ${port} as ones to ${known}, which has no address of its own in the mesh`,
          fix: `give the ServiceEntry of ${known} addresses if they are not meant for it`,
        }),
      ];
}

function waiting({ listener }: Carried, port: number): Finding[] {
  const [filter] = awaitFirstBytes(listener, port);
  return filter === undefined
    ? []
    : [
        finding("IIT005", {
          reason: `a connection on which the client says nothing waits in ${filter} of listener ${listener.name} without end: the endpoint hears nothing of it, and no idle timeout runs`,
          fix: "declare the port as TCP in its Service or ServiceEntry where the server speaks first, as MySQL does",
        }),
      ];
}

function maxDuration({ chain }: Carried): Finding[] {
  const text = tcpProxyOf(chain)?.max_downstream_connection_duration;
  const ms = text === undefined ? 0 : parseProtobufDuration(text);
  return ms === 0
    ? []
    : [
        finding("IIT011", {
          reason: `the sidecar closes every connection ${formatDuration(ms)} after it was opened, busy ones too`,
          fix: "remove maxConnectionDuration from the DestinationRule, or have the application open connections anew before",
        }),
      ];
}
