import assert from "node:assert/strict";
import { measure } from "../../../cli/measure/run.ts";
import { kubectlFor } from "../../../cli/cluster/kubectl.ts";
import type { Kubectl } from "../../../cli/cluster/kubectl.ts";
import { systemClock } from "../../../cli/cluster/world.ts";
import { environment } from "../../../lab/commands/lab.ts";
import { parseDuration } from "../../../model/duration.ts";
import { RUN_LABEL } from "../../../model/istio/labels.ts";
import { DEFAULT_LOAD } from "../../load.ts";
import type { RunRecord } from "../../../model/record.ts";
import type { MeasureRequest } from "../../../model/requests.ts";
import { pairTargets, parseEndpoints, parseMiddleware } from "../../../model/target.ts";
import { kubectl, testLab } from "../support.ts";
import { pairAnnotations, pairObjects } from "./pairObjects.ts";
import type { PairOptions, PodName } from "./pairObjects.ts";
import type { Template } from "./probeTemplate.ts";

const RUN = "1";

/**
 * Two probes as a stack has them, in a namespace of their own, and measured by what a stack runs: so that many cases
 * cost no stack each.
 */
export class ProbePair {
  private readonly kubectl: Kubectl;

  private constructor(
    readonly options: PairOptions,
    readonly namespace: string,
  ) {
    process.env.KUBECONFIG = environment(testLab()).KUBECONFIG;
    this.kubectl = kubectlFor({ namespace });
  }

  /** @param template of {@link probeTemplate} */
  static async create(template: Template, options: PairOptions): Promise<ProbePair> {
    const namespace = `pair-${options.name}`;
    const pair = new ProbePair(options, namespace);
    await pair.apply({
      ...{ apiVersion: "v1", kind: "Namespace" },
      metadata: { name: namespace, labels: { "istio-injection": "enabled" } },
    });
    // Before the pods, as in a stack: a change would replace what carries their connections.
    await pair.apply(...pairObjects(options, namespace));
    await pair.apply(
      ...Object.entries(template).map(([name, { metadata, spec }]) => {
        const labels = { ...metadata.labels, [RUN_LABEL]: RUN };
        const annotations = { ...metadata.annotations, ...pairAnnotations(options) };
        const hostAliases = Object.entries(options.hosts?.[name as PodName] ?? {}).map(
          ([host, ip]) => ({ ip, hostnames: [host] }),
        );
        return {
          ...{ apiVersion: "v1", kind: "Pod", metadata: { name, labels, annotations } },
          spec: { ...spec, hostAliases },
        };
      }),
    );
    return pair;
  }

  /**
   * Measures as a stack's Command does.
   *
   * @param standing called once, as soon as the connections of both pods stand
   * @param waitMs how long to wait for their end, which a later call collects
   */
  async measure(standing?: () => Promise<unknown>, waitMs = Infinity): Promise<RunRecord> {
    const { connections = 1, endpoint, evidence, keepalive, known } = this.options;
    const { middleware, observe, timeout } = this.options;
    const request: MeasureRequest = {
      ...{ namespace: this.namespace, run: RUN },
      targets: pairTargets(
        parseEndpoints(endpoint),
        middleware === undefined ? undefined : parseMiddleware(middleware),
      ),
      ...{ timeout, observeMs: parseDuration(observe), waitMs },
      ...{ ...DEFAULT_LOAD, connections, timelapse: 1 },
      path: keepalive || known ? "serviceEntry" : "passthrough",
      remedy: keepalive ? "tcpKeepalive" : "envoyFilter",
      ...{ evidence: evidence !== false, debugLog: false },
    };
    const open = new Set<string>();
    let done: Promise<unknown> | undefined;
    const found = await measure(request, {
      kubectl: this.kubectl,
      undo: this.kubectl,
      clock: systemClock(new AbortController().signal),
      report: (line) => {
        const [, probe] = /^(with|without) sidecar: .*open for/.exec(line) ?? [];
        if (probe !== undefined) {
          open.add(probe);
        }
        if (open.size === 2) {
          done ??= standing?.();
        }
      },
    });
    assert.ok(standing === undefined || done !== undefined, "both connections stood");
    await done;
    return found;
  }

  /** Runs a program in the container of the probe with a sidecar, or in that sidecar. */
  exec(container: "probe" | "istio-proxy", ...command: string[]): Promise<string> {
    return this.kubectl(["exec", "with-sidecar", "--container", container, "--", ...command]);
  }

  /** The pod's end of one of the connections that the probe without a sidecar holds to a port. */
  async portWithoutSidecar(port: number): Promise<number> {
    const list = ["exec", "without-sidecar", "--", "cat", "/proc/net/tcp"];
    const remote = port.toString(16).toUpperCase().padStart(4, "0");
    const established = new RegExp(`:([0-9A-F]{4}) [0-9A-F]{8}:${remote} 01 `);
    const [, local = ""] = established.exec(await this.kubectl(list)) ?? [];
    return Number.parseInt(local, 16);
  }

  /** The address of a pod, once it has one: long before anything runs in it. */
  async address(pod: PodName): Promise<string> {
    const wait = ["wait", `pod/${pod}`, "--for=jsonpath={.status.podIP}", "--timeout=60s"];
    await this.kubectl(wait, { timeoutMs: 70_000 });
    return this.kubectl(["get", "pod", pod, "--output=jsonpath={.status.podIP}"]);
  }

  /** Asks the admin interface of the sidecar. */
  admin(path: string): Promise<string> {
    return this.exec("istio-proxy", "pilot-agent", "request", "GET", path);
  }

  /** How often the sidecar has taken listeners from istiod, changed or not. */
  async listenerUpdates(): Promise<number> {
    const name = "listener_manager.lds.update_success";
    return Number(/: (\d+)/.exec(await this.admin(`stats?filter=^${name}$`))?.[1]);
  }

  /** The log of the sidecar. */
  log(): Promise<string> {
    return this.kubectl(["logs", "with-sidecar", "--container", "istio-proxy"]);
  }

  /** Whether the sidecar was started again and runs. */
  async restarted(): Promise<boolean> {
    const status = '.status.initContainerStatuses[?(@.name=="istio-proxy")]';
    const state = `jsonpath={${status}.restartCount} {${status}.ready}`;
    return /^[1-9]\d* true$/.test(
      await this.kubectl(["get", "pod", "with-sidecar", "--output", state]),
    );
  }

  async delete(kind: string, name: string): Promise<void> {
    await this.kubectl(["delete", kind, name, "--wait=false"]);
  }

  async ready(): Promise<void> {
    const ready = ["wait", "--for=condition=Ready", "--timeout=150s", "--all", "pods"];
    await this.kubectl(ready, { timeoutMs: 160_000 });
  }

  /** Ends its pods at once, because others want to start. */
  async end(): Promise<void> {
    const now = ["--grace-period=0", "--force", "--ignore-not-found", "--wait=false"];
    await this.kubectl(["delete", "pods", "--all", ...now]);
  }

  async remove(): Promise<void> {
    await kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--timeout=90s");
  }

  async apply(...items: object[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await this.kubectl(["apply", "--filename=-"], { input });
  }
}
