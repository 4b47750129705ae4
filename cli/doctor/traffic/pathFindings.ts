import { isIP } from "node:net";
import type { EffectiveTimeout } from "../../../model/record.ts";
import { formatEndpoint } from "../../../model/endpoint.ts";
import type { Endpoint } from "../../../model/endpoint.ts";
import type { FilterChain, Listener } from "../../sidecar/envoyListener.ts";
import { WILDCARDS } from "../../sidecar/listenerMatch.ts";
import { hostOf } from "./address.ts";
import type { Finding } from "../finding.ts";
import type { DestinationRuleObject } from "../sources/istioObjects.ts";
import { describeSource } from "../sources/settings.ts";
import { PASSTHROUGH } from "../../../model/istio/wellKnown.ts";

/** Istio's cluster for hosts that the mesh does not know and does not allow. */
const BLACK_HOLE = "BlackHoleCluster";

interface PathSeen {
  endpoint: Endpoint;
  effective: EffectiveTimeout;
  listener: Listener;
  chain: FilterChain;
  /** DestinationRules of the pod's namespace. */
  rules: readonly DestinationRuleObject[];
}

/** What is odd about the way of the connections, whatever their timeout is. */
export function pathFindings({ endpoint, effective, listener, chain, rules }: PathSeen): Finding[] {
  const findings: Finding[] = [];
  const { cluster } = effective;
  const host = endpoint.host.toLowerCase().replace(/\.$/, "");
  if (cluster === BLACK_HOLE) {
    findings.push({
      subject: formatEndpoint(endpoint),
      problem:
        "the mesh allows no hosts that it does not know, so that the sidecar closes connections at once",
      remedy: "make the host known with a ServiceEntry",
    });
  }
  if (cluster === PASSTHROUGH && isIP(host) === 0) {
    const named = rules.filter(({ spec }) => spec?.host?.toLowerCase() === host);
    findings.push(
      ...named.map(({ metadata }) => ({
        subject: describeSource({ kind: "DestinationRule", ...metadata }),
        problem: `it is for ${host}, but connections go to ${PASSTHROUGH}, to which no DestinationRule applies`,
        remedy: "make the host known with a ServiceEntry that has this address and port",
      })),
    );
  }
  const known = hostOf(cluster);
  const socket = listener.address?.socket_address?.address ?? "";
  const anyAddress = chain.filter_chain_match?.prefix_ranges === undefined;
  const meant = known === host || known?.startsWith(`${host}.`) === true;
  if (known !== undefined && !meant && WILDCARDS.includes(socket) && anyAddress) {
    findings.push({
      subject: `listener ${listener.name}`,
      problem:
        `it takes connections to every address on port ${endpoint.port} as ones to ${known}, which has no ` +
        "address of its own in the mesh",
      remedy: `give the ServiceEntry of ${known} addresses if they are not meant for it`,
    });
  }
  return findings;
}
