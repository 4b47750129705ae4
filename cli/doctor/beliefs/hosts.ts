import { cidrHolds } from "../../../model/cidr.ts";
import type { Endpoint } from "../../../model/endpoint.ts";
import type { ServiceEntryObject, ServiceObject } from "../mesh/istioObjects.ts";
import type { Mesh } from "../mesh/mesh.ts";
import { fullNames } from "../traffic/address.ts";

/** A host by which objects of the mesh may mean the endpoint. */
export interface RelatedHost {
  host: string;
  entry?: ServiceEntryObject;
  service?: ServiceObject;
}

/**
 * The hosts that an endpoint has for those who write rules: its own name, those of ServiceEntries and Services that have
 * its address and port, and those of Services that are an alias for something outside on the same port.
 */
export function relatedHosts(
  { objects, pod }: Mesh,
  { host, port }: Endpoint,
  address: string,
  domain: string,
): RelatedHost[] {
  const { namespace } = pod.metadata;
  const names = fullNames(host, namespace, domain);
  const entries = objects.ServiceEntry.filter(({ spec, status }) => {
    const known = [
      ...(spec?.addresses ?? []),
      ...(spec?.endpoints ?? []).map((endpoint) => endpoint.address ?? ""),
      ...(status?.addresses ?? []).map(({ value = "" }) => value),
    ];
    const named = spec?.hosts?.some((each) => names.includes(each)) === true;
    const hasPort = spec?.ports?.some(({ number }) => number === port) === true;
    return hasPort && (named || known.some((range) => range !== "" && cidrHolds(range, address)));
  });
  const services = objects.Service.filter(({ metadata, spec }) => {
    const full = `${metadata.name}.${metadata.namespace}.svc.${domain}`;
    const hasPort = spec?.ports?.some((each) => each.port === port) === true;
    const alias = spec?.type === "ExternalName" && metadata.namespace === namespace;
    const own = spec?.clusterIPs?.includes(address) === true;
    return hasPort && (own || alias || names.includes(full));
  });
  return [
    ...names.map((each) => ({ host: each })),
    ...entries.flatMap((entry) => (entry.spec?.hosts ?? []).map((each) => ({ host: each, entry }))),
    ...services.map((service) => ({
      host: `${service.metadata.name}.${service.metadata.namespace}.svc.${domain}`,
      service,
    })),
  ];
}
