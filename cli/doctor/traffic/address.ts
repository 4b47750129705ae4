import { isIP, isIPv6 } from "node:net";
import { formatEndpoint } from "../../../model/endpoint.ts";
import type { Endpoint } from "../../../model/endpoint.ts";
import type { ListenersDump } from "../../sidecar/envoyListener.ts";
import { isWildcard } from "../../sidecar/listenerMatch.ts";
import { clustersOf, tcpProxyOf } from "../../sidecar/proxyConfig.ts";
import { DoctorError } from "../doctorError.ts";
import type { ServiceEntryObject } from "../mesh/istioObjects.ts";
import type { Mesh } from "../mesh/mesh.ts";
import type { Sidecar } from "../mesh/sidecar.ts";

/** The host that a cluster is for, as in `outbound|6379||redis.example.com`; undefined for others. */
export function hostOf(cluster: string): string | undefined {
  const [direction, , , host = ""] = cluster.split("|");
  return direction === "outbound" && host !== "" ? host : undefined;
}

/** The full names that a host can stand for in a pod of a namespace, the first one first. */
export function fullNames(host: string, namespace: string, domain: string): string[] {
  const plain = host.toLowerCase().replace(/\.$/, "");
  return isIP(plain) !== 0
    ? []
    : [
        plain,
        `${plain}.${namespace}.svc.${domain}`,
        `${plain}.svc.${domain}`,
        `${plain}.${domain}`,
      ];
}

/**
 * The addresses that the application can get for the endpoint, the likeliest first. With Istio's DNS proxy those are
 * the mesh's own; otherwise what the name resolves to, and the mesh's where it resolves to nothing here.
 *
 * @throws DoctorError where there is none.
 */
export function addressesOf(
  mesh: Pick<Mesh, "pod" | "objects" | "resolved">,
  endpoint: Endpoint,
  sidecar: Sidecar,
  { configs = [] }: ListenersDump,
): [string, ...string[]] {
  const { host, port } = endpoint;
  if (isIP(host) !== 0) {
    return [host];
  }
  const names = fullNames(host, mesh.pod.metadata.namespace, sidecar.domain);
  const known = names.flatMap((name) => [
    ...configs.flatMap(({ active_state }) => {
      const { address, filter_chains = [] } = active_state?.listener ?? {};
      const socket = address?.socket_address;
      const clusters = filter_chains.flatMap((chain) => clustersOf(tcpProxyOf(chain) ?? {}));
      const carries = clusters.some((cluster) => hostOf(cluster) === name);
      return carries && socket?.port_value === port ? [socket.address] : [];
    }),
    ...declaredAddresses(mesh, name, sidecar.domain),
  ]);
  const usable = known.filter((address) => !isWildcard(address) && hasFamily(mesh, address));
  const captured = String(sidecar.metadata.DNS_CAPTURE) === "true";
  const all = captured && usable.length > 0 ? usable : [...mesh.resolved, ...usable];
  const [first, ...others] = new Set(all);
  if (first === undefined) {
    throw new DoctorError(
      `${formatEndpoint(endpoint)}: the sidecar has no address for the host and its container can't resolve it; ` +
        `give the address that the application connects to: --endpoint ADDRESS:${port}`,
    );
  }
  return [first, ...others];
}

/** Whether the pod has an address of the family; taken for granted where its addresses are not known. */
export function hasFamily({ pod }: Pick<Mesh, "pod">, address: string): boolean {
  const { podIPs = [] } = pod.status;
  return podIPs.length === 0 || podIPs.some(({ ip }) => isIPv6(ip) === isIPv6(address));
}

/** Addresses that ServiceEntries, istiod on their behalf, or a Service give a host. */
function declaredAddresses(
  { objects, pod }: Pick<Mesh, "pod" | "objects">,
  name: string,
  domain: string,
): string[] {
  const entries = objects.ServiceEntry.filter(
    (entry) =>
      entry.spec?.hosts?.includes(name) === true && isExported(entry, pod.metadata.namespace),
  );
  const services = objects.Service.filter(
    ({ metadata }) => `${metadata.name}.${metadata.namespace}.svc.${domain}` === name,
  );
  return [
    ...entries.flatMap(({ spec, status }) => [
      ...(spec?.addresses ?? []),
      ...(status?.addresses ?? [])
        .filter(({ host }) => host === name)
        .map(({ value = "" }) => value),
    ]),
    ...services.flatMap(({ spec }) => spec?.clusterIPs ?? []),
  ].filter((address) => isIP(address) !== 0);
}

/** Whether an entry is meant to be seen from a namespace. */
export function isExported({ metadata, spec }: ServiceEntryObject, namespace: string): boolean {
  const { exportTo = [] } = spec ?? {};
  return (
    exportTo.length === 0 ||
    exportTo.some((each) => each === "*" || each === namespace) ||
    (exportTo.includes(".") && metadata.namespace === namespace)
  );
}
