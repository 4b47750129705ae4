/** ServiceEntries for the endpoint to whose clusters its connections do not go. */
import { finding, referenceTo } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { ServiceEntryObject, SidecarObject } from "../mesh/istioObjects.ts";
import { isExported } from "../traffic/address.ts";
import type { RuleSituation } from "./rules.ts";

export function missedEntries(situation: RuleSituation): Finding[] {
  const { cluster, hosts } = situation;
  const entries = new Set(hosts.flatMap(({ entry }) => entry ?? []));
  return [...entries]
    .filter(({ spec }) => spec?.hosts?.some((host) => cluster.includes(host)) !== true)
    .flatMap((entry) => missed(entry, situation) ?? []);
}

function missed(entry: ServiceEntryObject, situation: RuleSituation): Finding | undefined {
  const { mesh, port, reader } = situation;
  const { metadata, spec } = entry;
  const object = referenceTo("ServiceEntry", metadata);
  const hosts = (spec?.hosts ?? []).join(", ");
  if (!isExported(entry, reader.namespace)) {
    return finding("IIT036", {
      object,
      reason: `it makes ${hosts} known, and is not exported to the pod's namespace ${reader.namespace}`,
      fix: "add the namespace to its exportTo, if it is meant for this pod",
    });
  }
  const sidecar = mesh.objects.Sidecar.find((each) => limits(each, situation));
  if (sidecar !== undefined) {
    const { namespace, name } = sidecar.metadata;
    return finding("IIT036", {
      object,
      reason: `it makes ${hosts} known, and Sidecar ${namespace}/${name} may keep it from the pod, whose egress.hosts are ${egressHosts(sidecar).join(", ")}`,
      fix: `see to it that these hold ${metadata.namespace}/${spec?.hosts?.[0] ?? "*"}`,
    });
  }
  const protocol = spec?.ports?.find(({ number }) => number === port)?.protocol ?? "";
  return ["TLS", "HTTPS"].includes(protocol.toUpperCase())
    ? finding("IIT035", {
        object,
        reason: `it declares port ${port} as ${protocol}, so that only connections that begin with a TLS handshake for ${hosts} belong to it; PostgreSQL, MySQL and others that begin in plain text never do`,
        fix: "ask with --tls where the application begins with TLS; otherwise declare the port's protocol as TCP, or give the entry addresses",
      })
    : undefined;
}

/** Whether a Sidecar resource with egress hosts of its own is for the pod (`getSidecarScope` in `push_context.go`). */
export function limits(
  sidecar: SidecarObject,
  { reader, rootNamespace }: Pick<RuleSituation, "reader" | "rootNamespace">,
): boolean {
  const { metadata, spec } = sidecar;
  const wanted = Object.entries(spec?.workloadSelector?.labels ?? {});
  const near = metadata.namespace === reader.namespace || metadata.namespace === rootNamespace;
  const hosts = egressHosts(sidecar);
  return (
    near &&
    wanted.every(([key, value]) => reader.labels[key] === value) &&
    hosts.length > 0 &&
    !hosts.includes("*/*")
  );
}

function egressHosts({ spec }: SidecarObject): string[] {
  return (spec?.egress ?? []).flatMap(({ hosts = [] }) => hosts);
}
