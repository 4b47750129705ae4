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

/** Longest wait for the proxy to start and to have a listener for the endpoint, in ms. */
const SETTLE_LIMIT_MS = 60_000;
/**
 * Longest wait while the proxy applies another configuration than expected, in ms. istiod collects changes for 10 s at
 * most before it pushes them (PILOT_DEBOUNCE_MAX), so what has not come by then is not coming: something else wins.
 */
const OTHERWISE_LIMIT_MS = 14_000;
/** Longest wait for a policy that was deleted to leave the proxy, in ms. */
const GONE_LIMIT_MS = 10_000;
const INTERVAL_MS = 1000;

/** Configuration that the proxy should have for the endpoint. */
export interface Expectation {
  /** In ms, 0 is never and undefined is any; not the same on every way. */
  idleTimeoutMs: (found: EffectiveTimeout) => number | undefined;
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

  /** Reads what the configuration says now about connections to `destination`. */
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
    const beganMs = clock.nowMs();
    let obstacle: Obstacle = { text: "", otherwise: false };
    let sinceMs = beganMs;
    const path = await poll(
      clock,
      { intervalMs: INTERVAL_MS, limitMs: SETTLE_LIMIT_MS },
      async (): Promise<ProxyPath | "otherwise" | undefined> => {
        const found = await this.pathAsExpected(destination, expected, clock.nowMs() >= goneAtMs);
        if (!("text" in found)) {
          return found;
        }
        if (found.text !== obstacle.text) {
          report(`waiting for the sidecar's configuration: ${found.text}`);
          sinceMs = clock.nowMs();
        }
        obstacle = found;
        const waitedMs = clock.nowMs() - sinceMs;
        return found.otherwise && waitedMs >= OTHERWISE_LIMIT_MS ? "otherwise" : undefined;
      },
    );
    if (path === undefined || path === "otherwise") {
      throw new MeasureError(
        `the sidecar of pod ${this.pod.name} is not configured as expected after ` +
          `${seconds(clock.nowMs() - beganMs, 0)}: ${obstacle.text}`,
      );
    }
    const { kubectl } = this.world;
    const idleTimeouts = await readIdleTimeouts(kubectl, this.pod.name, path.statPrefix);
    return { ...path, ...(idleTimeouts !== undefined && { idleTimeouts }) };
  }

  private async pathAsExpected(
    destination: Destination,
    expected: Expectation,
    goneByNow: boolean,
  ): Promise<ProxyPath | Obstacle> {
    try {
      const found = asExpected(await this.path(destination), expected, goneByNow);
      return "text" in found || !expected.keepalive ? found : await this.keptAlive(found);
    } catch (error) {
      // The proxy may still be starting; everything else is final.
      if (error instanceof KubectlError) {
        return { text: error.message, otherwise: false };
      }
      throw error;
    }
  }

  private async keptAlive(path: ProxyPath): Promise<ProxyPath | Obstacle> {
    const { cluster } = path.effective;
    const dump = await this.get(clusterPath(cluster));
    return sendsKeepalive(dump as ClustersDump, cluster)
      ? path
      : { text: `its cluster ${cluster} sends no TCP keep-alive probes`, otherwise: true };
  }

  private async info(): Promise<ServerInfo> {
    return (await this.get("server_info")) as ServerInfo;
  }

  private get(path: string): Promise<unknown> {
    return askAdmin(this.world.kubectl, this.pod.name, path);
  }
}

/** Something that keeps the proxy from the expected configuration. */
interface Obstacle {
  /** Without a subject: `it has no listener for the endpoint yet`. */
  text: string;
  /** Whether the proxy is configured, but otherwise than expected. */
  otherwise: boolean;
}

/** Returns the path when it is as expected, otherwise what is in the way. */
function asExpected(
  reading: PathReading,
  expected: Expectation,
  goneByNow: boolean,
): ProxyPath | Obstacle {
  const rejected =
    reading.rejected === undefined ? "" : `; it rejected an update: ${reading.rejected}`;
  if (!reading.settled) {
    return { text: reading.reason + rejected, otherwise: false };
  }
  const difference = differenceOf(reading.path, expected, goneByNow);
  return difference === undefined ? reading.path : { text: difference + rejected, otherwise: true };
}

/** Says how a path differs from what is expected; undefined where it does not. */
function differenceOf(
  { effective, evidence }: ProxyPath,
  expected: Expectation,
  goneByNow: boolean,
): string | undefined {
  const found = describeEffective(effective);
  if (expected.cluster !== undefined && effective.cluster !== expected.cluster) {
    return (
      `expected cluster ${expected.cluster}, found ${found}; restore the stack's ServiceEntry, or remove another ` +
      "one for the same address"
    );
  }
  const idleTimeoutMs = expected.idleTimeoutMs(effective);
  if (
    idleTimeoutMs !== undefined &&
    effective.idleTimeoutMs !== idleTimeoutMs &&
    !expected.policyMissing
  ) {
    return `expected an idle timeout of ${formatIdleTimeout(idleTimeoutMs)}, found ${found}`;
  }
  if (expected.policyMissing && effective.source === "configured" && !goneByNow) {
    return `it still applies ${found}`;
  }
  if (expected.evidence && !evidence) {
    return (
      `its access log has no entries of ours for filter chain ${effective.filterChain}; restore the evidence ` +
      "EnvoyFilter, or measure without evidence"
    );
  }
  return undefined;
}
