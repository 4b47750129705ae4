import { formatIdleTimeout } from "../../../report/text.ts";
import { PROXY_CONTAINER } from "../../../model/istio/wellKnown.ts";
import type { Hop } from "../diagnosis.ts";
import { finding, referenceTo } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { Mesh, Server } from "../mesh/mesh.ts";
import { hasSidecar } from "../../cluster/podFacts.ts";
import { placesOf } from "../mesh/servers.ts";
import { readSidecar } from "../mesh/sidecar.ts";
import { explain } from "../sources/explain.ts";
import type { Side } from "../sources/explain.ts";
import { METADATA_NAME } from "../sources/settings.ts";
import { hostOf } from "./address.ts";
import type { Carried, View } from "./view.ts";
import { inboundView } from "./view.ts";

/** The proxies that the connections meet behind the pod's own, and what of them matters. */
export function proxiesBehind(mesh: Mesh, view: Carried): { behind: Hop[]; findings: Finding[] } {
  const { cluster } = view.effective;
  const addresses = addressesBehind(mesh, cluster);
  const servers = mesh.servers.filter(({ address }) => addresses.has(address));
  const found = servers
    .filter(({ pod }) => hasSidecar(pod))
    .map((server) => ({ server, hop: hopOf(mesh, server) }));
  return {
    behind: found.map(({ hop }) => hop),
    findings: [
      ...found.flatMap(({ server, hop }) => [...earlier(hop, view), ...deafPools(mesh, server)]),
      ...(mesh.unseen.some(({ address }) => address !== undefined && addresses.has(address))
        ? [unasked(cluster)]
        : []),
    ],
  };
}

function addressesBehind({ proxy }: Mesh, clusters: string): ReadonlySet<string> {
  const names = clusters.split(",");
  const places = placesOf(proxy?.endpoints ?? {}, (name) => names.includes(name));
  return new Set(places.map(({ address }) => address));
}

/** How a server's own proxy takes connections; undefined where it could not be asked. */
export function serverSide({
  address,
  port,
  pod,
  proxy,
}: Server): { side: Side; view: View } | undefined {
  if (proxy === undefined) {
    return undefined;
  }
  const sidecar = readSidecar(proxy.info);
  const context = sidecar.isGateway ? ("GATEWAY" as const) : ("SIDECAR_INBOUND" as const);
  const view = inboundView(proxy.listeners, { address, port });
  return { side: { context, pod, sidecar, port }, view };
}

function hopOf(mesh: Mesh, server: Server): Hop {
  const { namespace, name } = server.pod.metadata;
  const found = serverSide(server);
  const kind = found?.side.sidecar.isGateway === true ? ("gateway" as const) : ("sidecar" as const);
  const hop = { kind, namespace, pod: name };
  return found?.view.kind === "carried"
    ? {
        ...hop,
        effective: found.view.effective,
        setBy: explain(mesh, found.side, found.view).setBy,
      }
    : { ...hop, effective: undefined, setBy: undefined };
}

function earlier({ effective, kind, namespace, pod }: Hop, view: Carried): Finding[] {
  const here = view.effective.idleTimeoutMs;
  const there = effective?.idleTimeoutMs ?? 0;
  return there === 0 || (here !== 0 && here <= there)
    ? []
    : [
        finding("IIT009", {
          object: referenceTo("Pod", { namespace, name: pod }),
          reason: `its ${kind} closes idle connections after ${formatIdleTimeout(there)}, before the client's sidecar does (${formatIdleTimeout(here)}); the smaller one counts, and a DestinationRule does not reach it`,
          fix:
            kind === "gateway"
              ? "set it there, with an EnvoyFilter of context GATEWAY"
              : `set ${METADATA_NAME} in its pod template's proxy.istio.io/config, or use an EnvoyFilter of context SIDECAR_INBOUND that selects it`,
        }),
      ];
}

/**
 * Sidecar resources that set an idle timeout for what a server takes: it reaches the inbound cluster alone, as HTTP's,
 * and not the listener (`buildInboundNetworkFilters` in `listener_inbound.go`, `InboundConnectionPoolForPort` in
 * `cluster_builder.go`).
 */
function deafPools({ objects }: Mesh, { pod }: Server): Finding[] {
  const { namespace, labels = {} } = pod.metadata;
  return objects.Sidecar.filter(({ metadata, spec }) => {
    const wanted = Object.entries(spec?.workloadSelector?.labels ?? {});
    return (
      metadata.namespace === namespace && wanted.every(([key, value]) => labels[key] === value)
    );
  }).flatMap(({ metadata, spec }) => {
    const pools = [
      { place: "inboundConnectionPool", pool: spec?.inboundConnectionPool },
      ...(spec?.ingress ?? []).map(({ connectionPool: pool }) => ({ place: "ingress", pool })),
    ];
    return pools.flatMap(({ place, pool }) =>
      pool?.tcp?.idleTimeout === undefined
        ? []
        : finding("IIT044", {
            object: referenceTo("Sidecar", metadata),
            reason: `the tcp.idleTimeout ${pool.tcp.idleTimeout} of its ${place} does not reach the listener of ${namespace}/${pod.metadata.name}, which alone closes idle TCP connections`,
            fix: `set ${METADATA_NAME} in the pod template's proxy.istio.io/config of the server`,
          }),
    );
  });
}

function unasked(cluster: string): Finding {
  return finding("IIT010", {
    reason: `some pods of ${hostOf(cluster.split(",")[0] ?? "") ?? cluster} could not be asked: where they have a sidecar (container ${PROXY_CONTAINER}), its own idle timeout, 1h unless set otherwise, counts as well`,
    fix: "ask with the right to look at those pods and to exec into them",
  });
}
