import type { EffectiveTimeout } from "../../model/record.ts";
import type { Aimed } from "../cluster/aim.ts";
import type { TcpKeepalive } from "../sidecar/clusterConfig.ts";
import type { ProxyVersions } from "../sidecar/serverInfo.ts";
import type { Finding } from "./findings/finding.ts";
import type { Source } from "./sources/settings.ts";

/** Findings about connections from a pod to an endpoint. */
export interface Diagnosis {
  namespace: string;
  pod: string;
  /** The workload that the pod stands for; absent where the pod itself was asked about. */
  workload?: NonNullable<Aimed["workload"]>;
  /** `host:port` as it was asked for. */
  endpoint: string;
  /** `plain TCP` or `TLS with the server name cache.example.com`. */
  client: string;
  /** IP address that was looked at; undefined where no sidecar carries anything. */
  address: string | undefined;
  way: Way;
  versions: ProxyVersions | undefined;
  findings: Finding[];
  /** Whatever could not be read, and why, in words. */
  unseen: string[];
}

/** How the connections go. */
export type Way =
  | { kind: "sidecar"; carriage: Carriage; behind: Hop[]; others: OtherWay[] }
  /** They never meet a sidecar. */
  | { kind: "past"; reason: string }
  /** The sidecar takes them, but not as plain TCP, or nobody knows yet. */
  | { kind: "other"; reason: string };

/** Settings that the sidecar applies to them. */
export interface Carriage {
  effective: EffectiveTimeout;
  /** Source of the idle timeout; undefined where nothing that could be read explains it. */
  setBy: Source | undefined;
  /** After which even busy connections are closed, in ms. */
  maxDurationMs: number | undefined;
  /** Probes towards the endpoint; undefined is none. */
  keepalive: TcpKeepalive | undefined;
  /** See `Sidecar`. */
  drainTimeMs: number | undefined;
}

/** A proxy behind the pod's own, whose idle timeout counts as well. */
export interface Hop {
  kind: "sidecar" | "gateway";
  namespace: string;
  pod: string;
  /** Undefined where it carries them as something else than TCP, or could not be asked. */
  effective: EffectiveTimeout | undefined;
  setBy: Source | undefined;
}

/** Connections to the same endpoint that go another way. */
export interface OtherWay {
  /** Which ones, such as `TLS with the server name cache.example.com`. */
  connections: string;
  /** Undefined where the sidecar does not carry them as TCP. */
  effective: EffectiveTimeout | undefined;
  setBy: Source | undefined;
}

/**
 * The idle timeout that the application meets, in ms: the smallest on the way, where 0 is never; undefined where a
 * proxy on it could not be asked.
 */
export function endToEndMs(carriage: Carriage, behind: readonly Hop[]): number | undefined {
  const all = [carriage.effective, ...behind.map(({ effective }) => effective)];
  const known = all.flatMap((each) => each?.idleTimeoutMs ?? []);
  const closing = known.filter((ms) => ms > 0);
  return known.length < all.length ? undefined : closing.length === 0 ? 0 : Math.min(...closing);
}
