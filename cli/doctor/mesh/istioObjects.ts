/** The parts of the cluster's objects that are read here, as the API server gives them. */
import type { LabelSelector } from "../../cluster/labelSelector.ts";

export interface ObjectMeta {
  name: string;
  namespace: string;
  /** RFC 3339, in whole seconds. */
  creationTimestamp: string;
}

export interface EnvoyFilterObject {
  metadata: ObjectMeta;
  spec?: {
    workloadSelector?: { labels?: Record<string, string> };
    targetRefs?: unknown[];
    priority?: number;
    configPatches?: ConfigPatch[];
  };
}

export interface ConfigPatch {
  applyTo?: string;
  match?: PatchMatch;
  patch?: { operation?: string; value?: PatchValue };
}

/** Of whatever message `applyTo` names; what is wanted of it is looked for. */
export interface PatchValue {
  name?: string;
  typed_config?: TcpProxyValue;
  typedConfig?: TcpProxyValue;
}

export interface PatchMatch {
  context?: string;
  proxy?: { proxyVersion?: string; metadata?: Record<string, string> };
  listener?: {
    name?: string;
    portNumber?: number;
    filterChain?: {
      name?: string;
      sni?: string;
      transportProtocol?: string;
      applicationProtocols?: string;
      destinationPort?: number;
      filter?: { name?: string };
    };
  };
}

/** Protobuf's JSON form takes both spellings; null merges nothing. */
export interface TcpProxyValue {
  "@type"?: unknown;
  idle_timeout?: string | null;
  idleTimeout?: string | null;
}

export interface DestinationRuleObject {
  metadata: ObjectMeta;
  spec?: {
    host?: string;
    trafficPolicy?: TrafficPolicy & { portLevelSettings?: TrafficPolicy[] };
    subsets?: { name?: string; trafficPolicy?: TrafficPolicy }[];
    exportTo?: string[];
    workloadSelector?: { matchLabels?: Record<string, string> };
  };
}

export interface TrafficPolicy {
  port?: { number?: number };
  connectionPool?: ConnectionPool;
}

export interface ConnectionPool {
  tcp?: { idleTimeout?: string; tcpKeepalive?: object };
  http?: { idleTimeout?: string };
}

export interface ServiceEntryObject {
  metadata: ObjectMeta;
  spec?: {
    hosts?: string[];
    addresses?: string[];
    ports?: { number?: number; protocol?: string }[];
    endpoints?: { address?: string }[];
    resolution?: string;
    exportTo?: string[];
  };
  /** Automatic addresses. */
  status?: { addresses?: { host?: string; value?: string }[] };
}

export interface ServiceObject {
  metadata: ObjectMeta;
  spec?: {
    type?: string;
    externalName?: string;
    clusterIPs?: string[];
    ports?: { port?: number }[];
  };
}

export interface SidecarObject {
  metadata: ObjectMeta;
  spec?: {
    workloadSelector?: { labels?: Record<string, string> };
    /** `hosts` as `namespace/host`, such as `./*`. */
    egress?: { hosts?: string[] }[];
    inboundConnectionPool?: ConnectionPool;
    ingress?: { port?: { number?: number }; connectionPool?: ConnectionPool }[];
  };
}

export interface ProxyConfigObject {
  metadata: ObjectMeta;
  spec?: {
    selector?: { matchLabels?: Record<string, string> };
    environmentVariables?: Record<string, string>;
  };
}

/** A Deployment, StatefulSet or DaemonSet, which owns pods by a template. */
export interface WorkloadObject {
  kind: string;
  metadata: ObjectMeta & { annotations?: Record<string, string> };
  /** By which it finds its pods. */
  selector?: LabelSelector;
}

export interface NamespaceObject {
  metadata: { name: string; labels?: Record<string, string> };
}
