import type { IDestinationRule } from "@kubernetes-models/istio/networking.istio.io/v1beta1/DestinationRule" with {
  "resolution-mode": "import",
};

export type DestinationRuleSpec = NonNullable<IDestinationRule["spec"]>;

/** `connectionPool.tcp` of a DestinationRule, durations as Go writes them. */
export interface TcpConnectionPool {
  idleTimeout?: string;
  tcpKeepalive?: { probes: number; time: string; interval: string };
}

/**
 * Returns a DestinationRule with the pool at the top level of its traffic policy: Istio's listeners ignore an idle
 * timeout in `portLevelSettings` or in `subsets`.
 */
export function connectionPoolSpec(
  host: string,
  podLabels: Readonly<Record<string, string>>,
  tcp: TcpConnectionPool,
): DestinationRuleSpec {
  return {
    host,
    workloadSelector: { matchLabels: { ...podLabels } },
    trafficPolicy: { connectionPool: { tcp } },
    exportTo: ["."],
  };
}
