import assert from "node:assert/strict";
import { connectionPoolSpec } from "../../../model/istio/destinationRule.ts";
import { serviceEntrySpec } from "../../../model/istio/serviceEntry.ts";
import { idleTimeoutSpec } from "../../../model/istio/idleTimeoutFilter.ts";
import { REGISTRY } from "../../../lab/build/images.ts";
import { proxyImageName } from "../../../lab/build/proxies.ts";
import type { EnvoyVersion } from "../../../lab/build/envoys.ts";
import { parseEndpoint } from "../../../model/endpoint.ts";
import { endpointHost } from "../../../model/istio/endpointHost.ts";
import { evidenceSpec } from "../../../model/istio/evidence.ts";
import type { EvidenceVersions } from "../../../model/istio/evidence.ts";
import { probeLabels } from "../../../model/istio/labels.ts";
import { remedyPlan } from "../../../model/remedyBehaviour.ts";
import { parseTimeout } from "../../../model/timeout.ts";

export type PodName = "with-sidecar" | "without-sidecar";

/** What a pair is for. */
export interface PairOptions {
  name: string;
  /** More than one separated by commas. */
  endpoint: string;
  timeout: string;
  observe: string;
  /** The Envoy of its sidecar. */
  proxy: EnvoyVersion;
  /** Addresses of names that only a pod knows, by pod and name. */
  hosts?: Record<PodName, Record<string, string>>;
  /** What is spoken there. @default nothing */
  middleware?: string;
  /** Makes the endpoint known to the mesh. */
  known?: boolean;
  /** Has another host speak TLS on its port, so that the sidecar waits there for a client's first bytes. */
  inspected?: boolean;
  /** The same as `known`, and has the sidecar probe it every second. */
  keepalive?: boolean;
  /** How many connections each pod holds. @default 1 */
  connections?: number;
  /** How long the sidecar lets connections of a replaced configuration live. @default Istio's 45 s */
  drain?: string;
  /** Which proxies are asked why they closed a connection, or whether none is asked for an entry. @default as in a stack */
  evidence?: EvidenceVersions | false;
  /** More specs of EnvoyFilters for its sidecar, by name. */
  filters?: Record<string, object>;
}

const SUBJECT = probeLabels(true);

/** Everything that configures the sidecar of a pair. */
export function pairObjects(options: PairOptions, namespace: string): object[] {
  const { endpoint, evidence, filters = {}, keepalive = false, known = false, timeout } = options;
  const { inspected = false } = options;
  const { connectionPool } = remedyPlan({ remedy: "tcpKeepalive", timeout: parseTimeout(timeout) });
  assert.ok(connectionPool);
  const host = (): string => endpointHost(parseEndpoint(endpoint), namespace);
  return [
    idleTimeout(timeout),
    ...(evidence === false ? [] : [envoyFilter("evidence", evidenceSpec(SUBJECT, evidence))]),
    ...Object.entries(filters).map(([name, spec]) => envoyFilter(name, spec)),
    ...(known || keepalive ? [endpointEntry(endpoint, namespace)] : []),
    ...(inspected ? [tlsEntry(parseEndpoint(endpoint).port, namespace)] : []),
    ...(keepalive
      ? [object("DestinationRule", "pool", connectionPoolSpec(host(), SUBJECT, connectionPool))]
      : []),
  ];
}

/** What the pods of a pair ask of the injector. */
export function pairAnnotations({ drain, proxy }: PairOptions): Record<string, string> {
  return {
    "sidecar.istio.io/proxyImage": `${REGISTRY}/${proxyImageName(proxy)}`,
    ...(drain !== undefined && {
      "proxy.istio.io/config": JSON.stringify({ drainDuration: drain }),
    }),
  };
}

export function idleTimeout(text: string): object {
  return envoyFilter("idle-timeout", idleTimeoutSpec(parseTimeout(text), SUBJECT));
}

/** Makes an endpoint known to the mesh. */
export function endpointEntry(endpoint: string, namespace: string): object {
  const parsed = parseEndpoint(endpoint);
  return object(
    "ServiceEntry",
    "endpoint",
    serviceEntrySpec(parsed, endpointHost(parsed, namespace)),
  );
}

/** A host without an address that speaks TLS: its listener takes the port on every address. */
function tlsEntry(port: number, namespace: string): object {
  return object("ServiceEntry", "tls", {
    hosts: [`tls.${namespace}.internal`],
    ports: [{ number: port, name: "tls", protocol: "TLS" }],
    location: "MESH_EXTERNAL",
    resolution: "NONE",
    exportTo: ["."],
  });
}

export function envoyFilter(name: string, spec: object): object {
  return { ...object("EnvoyFilter", name, spec), apiVersion: "networking.istio.io/v1alpha3" };
}

function object(kind: string, name: string, spec: object): object {
  return { apiVersion: "networking.istio.io/v1", kind, metadata: { name }, spec };
}
