/** The parts of Istio's objects that are read here, as the API server gives them. */

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
  patch?: { operation?: string; value?: { typed_config?: TcpProxyValue } };
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
  "@type"?: string;
  idle_timeout?: string | null;
  idleTimeout?: string | null;
}

export interface DestinationRuleObject {
  metadata: ObjectMeta;
  spec?: {
    host?: string;
    trafficPolicy?: TrafficPolicy & { portLevelSettings?: TrafficPolicy[] };
    subsets?: { name?: string; trafficPolicy?: TrafficPolicy }[];
  };
}

export interface TrafficPolicy {
  connectionPool?: { tcp?: { idleTimeout?: string } };
}
