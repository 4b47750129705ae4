import { isIP } from "node:net";
import { formatEndpoint } from "../../model/endpoint.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import type { Client } from "../sidecar/chainMatch.ts";
import { listensOn } from "../sidecar/listenerMatch.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import { relatedHosts } from "./beliefs/hosts.ts";
import { astrayFilters, otherTimeouts, uselessFilters } from "./beliefs/filters.ts";
import { missedEntries } from "./beliefs/entries.ts";
import { keepaliveOnly, uselessRules } from "./beliefs/rules.ts";
import { partlyPast, uselessVariables } from "./beliefs/variables.ts";
import { carriageOf } from "./carriage.ts";
import type { Diagnosis, Way } from "./diagnosis.ts";
import type { Finding } from "./findings/finding.ts";
import type { Mesh } from "./mesh/mesh.ts";
import { isAmbient } from "./mesh/pod.ts";
import { readSidecar } from "./mesh/sidecar.ts";
import type { Sidecar } from "./mesh/sidecar.ts";
import { explain, workloadOf } from "./sources/explain.ts";
import { outOfStep } from "./sources/outOfStep.ts";
import { addressesOf, hasFamily } from "./traffic/address.ts";
import { proxiesBehind } from "./traffic/behind.ts";
import { connectionFindings, rejectedFinding } from "./traffic/connectionFindings.ts";
import { bypassReason, readInterception } from "./traffic/interception.ts";
import { otherWays } from "./traffic/otherWays.ts";
import { outboundView } from "./traffic/view.ts";
import type { Carried } from "./traffic/view.ts";

/** The user's question about a pod's connections. */
export interface Asked {
  endpoint: Endpoint;
  client: Client;
}

/**
 * Answers from what was looked at, and from nothing else.
 *
 * @throws DoctorError where the endpoint has no address.
 */
export function judge(mesh: Mesh, { endpoint, client }: Asked): Diagnosis {
  const { pod, proxy } = mesh;
  const { namespace, name } = pod.metadata;
  const blank: Omit<Diagnosis, "way"> = {
    ...{ namespace, pod: name, endpoint: formatEndpoint(endpoint) },
    ...{ client: describeClient(client), address: undefined, versions: undefined },
    findings: [],
    unseen: mesh.unseen.map(({ text }) => text),
  };
  if (proxy === undefined) {
    const findings = uselessVariables(mesh, undefined);
    const way: Way = isAmbient(pod)
      ? {
          kind: "other",
          reason:
            "ztunnel of an ambient mesh carries them, and a waypoint where the Service has one; neither is asked",
        }
      : { kind: "past", reason: "the pod has no sidecar" };
    return { ...blank, findings, way };
  }
  const sidecar = readSidecar(proxy.info);
  const { istioVersion, envoyVersion } = sidecar;
  const addresses = addressesOf(mesh, endpoint, sidecar, proxy.listeners);
  const [address] = addresses;
  const destination = { address, port: endpoint.port };
  const mode = sidecar.metadata.INTERCEPTION_MODE;
  const findings = [...uselessVariables(mesh, sidecar.idleTimeout), ...partlyPast(mesh, mode)];
  const known = { ...blank, address, versions: { istioVersion, envoyVersion } };
  const missed = unmet(mesh, sidecar, destination);
  if (missed !== undefined) {
    return { ...known, way: missed, findings };
  }
  const view = outboundView(proxy.listeners, destination, client);
  if (view.kind === "other") {
    const { kind, reason } = view;
    return {
      ...known,
      way: { kind, reason },
      findings: [...findings, ...rejectedFinding(mesh, view)],
    };
  }
  const answer = carriedAnswer(mesh, sidecar, { endpoint, client }, addresses, view);
  return { ...known, way: answer.way, findings: [...findings, ...answer.findings] };
}

/** Why connections never come to a listener of the sidecar. */
function unmet(mesh: Mesh, sidecar: Sidecar, destination: Destination): Way | undefined {
  const { address, port } = destination;
  const { pod, proxy } = mesh;
  const configs = proxy?.listeners.configs ?? [];
  if (!hasFamily(mesh, address)) {
    const family = isIP(address) === 6 ? "IPv6" : "IPv4";
    return {
      kind: "other",
      reason: `the pod has no ${family} address, so that it can't connect to ${address}`,
    };
  }
  // A listener at just this address of the pod's own is met whatever the firewall does.
  if (address.startsWith("127.") && configs.some((each) => listensOn(each, address, port))) {
    return undefined;
  }
  const { DNS_CAPTURE, INTERCEPTION_MODE } = sidecar.metadata;
  if (port === 53 && String(DNS_CAPTURE) === "true") {
    return { kind: "other", reason: "the sidecar's agent answers DNS itself" };
  }
  const reason = bypassReason(readInterception(pod, INTERCEPTION_MODE), destination, pod);
  return reason === undefined ? undefined : { kind: "past", reason };
}

function carriedAnswer(
  mesh: Mesh,
  sidecar: Sidecar,
  { endpoint, client }: Asked,
  addresses: readonly [string, ...string[]],
  view: Carried,
): { way: Way; findings: Finding[] } {
  const { cluster } = view.effective;
  const { domain } = sidecar;
  const [address] = addresses;
  const workload = workloadOf(mesh, mesh.pod);
  const context = sidecar.isGateway ? ("GATEWAY" as const) : ("SIDECAR_OUTBOUND" as const);
  const side = { context, pod: mesh.pod, sidecar, port: endpoint.port };
  const explanation = explain(mesh, side, view);
  const { setBy, rule } = explanation;
  const { behind, findings: hopFindings } = proxiesBehind(mesh, view);
  const { others, findings: otherFindings } = otherWays(mesh, side, view, {
    endpoint,
    client,
    addresses,
  });
  const { namespace, labels = {} } = mesh.pod.metadata;
  const situation = {
    ...{ mesh, cluster, effect: rule, port: endpoint.port },
    hosts: relatedHosts(mesh, endpoint, address, domain),
    reader: { namespace, labels, domain },
    rootNamespace: workload.rootNamespace,
  };
  const sent = mesh.istiod && outboundView(mesh.istiod, { address, port: endpoint.port }, client);
  const findings = [
    ...connectionFindings(mesh, endpoint, view, sidecar),
    ...explanation.findings,
    ...(setBy === undefined && view.rejected === undefined
      ? [outOfStep(mesh, explanation, view, sent)]
      : []),
    ...hopFindings,
    ...otherFindings,
    ...uselessFilters(mesh, workload),
    // Who has set a timeout with success does not believe in these.
    ...(setBy?.kind === "envoy-default"
      ? [...astrayFilters(mesh, workload), ...otherTimeouts(mesh, workload, cluster)]
      : []),
    ...missedEntries(situation),
    ...uselessRules(situation),
    ...keepaliveOnly(situation),
  ];
  const carriage = carriageOf(mesh, sidecar, view, setBy);
  return { way: { kind: "sidecar", carriage, behind, others }, findings };
}

/** `plain TCP`, `TLS with the server name cache.example.com`. */
export function describeClient(client: Client): string {
  if (!client.tls) {
    return "plain TCP";
  }
  return client.sni === undefined
    ? "TLS without a server name"
    : `TLS with the server name ${client.sni}`;
}
