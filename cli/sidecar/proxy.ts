import type { EffectiveTimeout } from "../../model/record.ts";
import { askAdmin } from "./admin.ts";
import { clusterPath, sendsKeepalive } from "./clusterConfig.ts";
import type { ClustersDump } from "./clusterConfig.ts";
import { readIdleTimeouts } from "./counters.ts";
import type { ListenersDump } from "./envoyListener.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { ProbePod } from "../cluster/pods.ts";
import { listenersPath, parseProtobufDuration, readPath } from "./proxyConfig.ts";
import type { Destination } from "./listenerMatch.ts";
import type { PathReading, ProxyPath } from "./proxyConfig.ts";
import { versionsOf } from "./serverInfo.ts";
import type { ProxyVersions, ServerInfo } from "./serverInfo.ts";
import { describeEffective, formatIdleTimeout, seconds } from "../../report/text.ts";
import { MeasureError, poll } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";

/** Longest wait for the proxy to apply what was declared, in ms. */
const SETTLE_LIMIT_MS = 60_000;
/** Longest wait for a policy that was deleted to leave the proxy, in ms. */
const GONE_LIMIT_MS = 10_000;
const INTERVAL_MS = 1000;

/** What the proxy's configuration should say about the endpoint. */
export interface Expectation {
  /** In ms, 0 is never; not the same on every way. */
  idleTimeoutMs: (found: EffectiveTimeout) => number;
  /** Cluster that has to carry the connection; undefined is any. */
  cluster: string | undefined;
  /** Whether that cluster has to send TCP keep-alive probes. */
  keepalive: boolean;
  /** Whether entries of ours are to be in its access log. */
  evidence: boolean;
  /** Whether the object that should set the timeout is not in the cluster; anything may be found then. */
  policyMissing: boolean;
}

/** The Envoy of a pod, through its admin interface. */
export class Proxy {
  constructor(
    private readonly world: World,
    readonly pod: ProbePod,
  ) {}

  /** What the configuration says now about connections to `destination`. */
  async path(destination: Destination): Promise<PathReading> {
    const dump = await this.get(listenersPath(destination.port));
    try {
      return readPath(dump as ListenersDump, destination);
    } catch (error) {
      throw new MeasureError(`pod ${this.pod.name}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** How long it lets connections of a replaced filter chain live, in ms. */
  async drainMs(): Promise<number> {
    const { command_line_options: options } = await this.info();
    return parseProtobufDuration(options?.drain_time ?? "");
  }

  async versions(): Promise<ProxyVersions> {
    return versionsOf(await this.info());
  }

  /**
   * Waits until the proxy applies what is expected.
   *
   * @throws MeasureError naming what was found instead.
   */
  async settled(destination: Destination, expected: Expectation): Promise<ProxyPath> {
    const { clock, report } = this.world;
    const goneAtMs = clock.nowMs() + GONE_LIMIT_MS;
    let obstacle = "";
    const path = await poll(
      clock,
      { intervalMs: INTERVAL_MS, limitMs: SETTLE_LIMIT_MS },
      async (): Promise<ProxyPath | undefined> => {
        const found = await this.judge(destination, expected, clock.nowMs() >= goneAtMs);
        if (typeof found === "object") {
          return found;
        }
        if (found !== obstacle) {
          report(`waiting for the sidecar's configuration: ${found}`);
          obstacle = found;
        }
        return undefined;
      },
    );
    if (path === undefined) {
      throw new MeasureError(
        `the sidecar of pod ${this.pod.name} is not configured as expected after ` +
          `${seconds(SETTLE_LIMIT_MS, 0)}: ${obstacle}`,
      );
    }
    const { kubectl } = this.world;
    const idleTimeouts = await readIdleTimeouts(kubectl, this.pod.name, path.statPrefix);
    return { ...path, ...(idleTimeouts !== undefined && { idleTimeouts }) };
  }

  private async judge(
    destination: Destination,
    expected: Expectation,
    goneByNow: boolean,
  ): Promise<ProxyPath | string> {
    try {
      const found = judge(await this.path(destination), expected, goneByNow);
      return typeof found === "object" && expected.keepalive ? await this.keptAlive(found) : found;
    } catch (error) {
      // The proxy may still be starting; everything else is final.
      if (error instanceof KubectlError) {
        return error.message;
      }
      throw error;
    }
  }

  private async keptAlive(path: ProxyPath): Promise<ProxyPath | string> {
    const { cluster } = path.effective;
    const dump = await this.get(clusterPath(cluster));
    return sendsKeepalive(dump as ClustersDump, cluster)
      ? path
      : `its cluster ${cluster} sends no TCP keep-alive probes`;
  }

  private async info(): Promise<ServerInfo> {
    return (await this.get("server_info")) as ServerInfo;
  }

  private get(path: string): Promise<unknown> {
    return askAdmin(this.world.kubectl, this.pod.name, path);
  }
}

/** The path when it is as expected, otherwise what is in the way. */
function judge(
  reading: PathReading,
  expected: Expectation,
  goneByNow: boolean,
): ProxyPath | string {
  const rejected =
    reading.rejected === undefined ? "" : `; it rejected an update: ${reading.rejected}`;
  if (!reading.settled) {
    return reading.reason + rejected;
  }
  const { effective, evidence } = reading.path;
  if (expected.cluster !== undefined && effective.cluster !== expected.cluster) {
    return (
      `expected cluster ${expected.cluster}, found ${describeEffective(effective)}; restore the stack's ` +
      `ServiceEntry, or remove another one for the same address${rejected}`
    );
  }
  const idleTimeoutMs = expected.idleTimeoutMs(effective);
  if (effective.idleTimeoutMs !== idleTimeoutMs && !expected.policyMissing) {
    return `expected an idle timeout of ${formatIdleTimeout(idleTimeoutMs)}, found ${describeEffective(effective)}${rejected}`;
  }
  if (expected.policyMissing && effective.source === "configured" && !goneByNow) {
    return `it still applies ${describeEffective(effective)}`;
  }
  if (expected.evidence && !evidence) {
    return (
      `its access log has no entries of ours for filter chain ${effective.filterChain}; ` +
      `restore the evidence EnvoyFilter, or measure without evidence${rejected}`
    );
  }
  return reading.path;
}
