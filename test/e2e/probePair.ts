import assert from "node:assert/strict";
import type { RunRecord } from "../../model/record.ts";
import { measure } from "../../cli/measure/run.ts";
import { kubectlFor } from "../../cli/cluster/kubectl.ts";
import type { Kubectl } from "../../cli/cluster/kubectl.ts";
import { systemClock } from "../../cli/cluster/world.ts";
import { connectionPoolSpec } from "../../components/mesh/connectionPoolRule.ts";
import { parseDuration } from "../../model/duration.ts";
import { parseEndpoint } from "../../model/endpoint.ts";
import { DEFAULT_LOAD } from "../../model/modes.ts";
import type { MeasureRequest } from "../../model/requests.ts";
import { pairTargets, parseEndpoints, parseMiddleware } from "../../model/target.ts";
import { serviceEntrySpec } from "../../components/mesh/endpointEntry.ts";
import { endpointHost } from "../../model/istio/endpointHost.ts";
import { evidenceSpec } from "../../model/istio/evidence.ts";
import type { EvidenceVersions } from "../../model/istio/evidence.ts";
import { idleTimeoutSpec } from "../../components/mesh/idleTimeoutPolicy.ts";
import { probeLabels, RUN_LABEL } from "../../model/istio/labels.ts";
import { remedyPlan } from "../../model/remedyBehaviour.ts";
import { parseTimeout } from "../../model/timeout.ts";
import { environment } from "../../lab/commands/lab.ts";
import { eventually } from "../../lab/base/wait.ts";
import { kubectl, testLab } from "./support.ts";

/** What a pair is for. */
export interface PairOptions {
  name: string;
  endpoint: string;
  timeout: string;
  observe: string;
  /** What is spoken there. @default nothing */
  middleware?: string;
  /** Makes the endpoint known to the mesh, and has the sidecar probe it every second. */
  keepalive?: boolean;
  /** Which proxies are asked why they closed a connection, or whether none is asked for an entry. @default as in a stack */
  evidence?: EvidenceVersions | false;
  /** More specs of EnvoyFilters for its sidecar, by name. */
  filters?: Record<string, object>;
}

/** The two pods of a stack's probes as they stand in the cluster. */
type Template = Record<"with-sidecar" | "without-sidecar", PodTemplate>;

interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: object;
}

const RUN = "1";
const SUBJECT = probeLabels(true);

/**
 * Two probes as a stack has them, in a namespace of their own, and measured by what a stack runs: so that many cases
 * cost no stack each.
 */
export class ProbePair {
  private readonly kubectl: Kubectl;

  private constructor(
    private readonly options: PairOptions,
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
    await pair.apply(...pair.configuration());
    await pair.apply(
      ...Object.entries(template).map(([name, { metadata, spec }]) => {
        const labels = { ...metadata.labels, [RUN_LABEL]: RUN };
        const { annotations = {} } = metadata;
        return { apiVersion: "v1", kind: "Pod", metadata: { name, labels, annotations }, spec };
      }),
    );
    return pair;
  }

  /**
   * Measures as a stack's Command does.
   *
   * @param connected called once, as soon as both connections stand
   */
  async measure(connected: () => Promise<unknown> | undefined): Promise<RunRecord> {
    const { endpoint, evidence, keepalive, middleware, observe, timeout } = this.options;
    const request: MeasureRequest = {
      ...{ namespace: this.namespace, run: RUN },
      targets: pairTargets(
        parseEndpoints(endpoint),
        middleware === undefined ? undefined : parseMiddleware(middleware),
      ),
      ...{ timeout, observeMs: parseDuration(observe), waitMs: Infinity },
      ...{ ...DEFAULT_LOAD, timelapse: 1 },
      path: keepalive ? "serviceEntry" : "passthrough",
      remedy: keepalive ? "tcpKeepalive" : "envoyFilter",
      ...{ evidence: evidence !== false, debugLog: false },
    };
    const standing = new Set<string>();
    let done: Promise<unknown> | undefined;
    const found = await measure(request, {
      kubectl: this.kubectl,
      undo: this.kubectl,
      clock: systemClock(new AbortController().signal),
      report: (line) => {
        const [, probe] = /^(with|without) sidecar: open for/.exec(line) ?? [];
        if (probe !== undefined) {
          standing.add(probe);
        }
        if (standing.size === 2) {
          done ??= connected() ?? Promise.resolve();
        }
      },
    });
    assert.ok(done, "both connections stood");
    await done;
    return found;
  }

  /** Runs a program in the probe's container of a pod. */
  exec(pod: "with-sidecar" | "without-sidecar", ...command: string[]): Promise<string> {
    return this.kubectl(["exec", pod, "--container", "probe", "--", ...command]);
  }

  /** The address of the pod with a sidecar, once it has one: long before anything runs in it. */
  async address(): Promise<string> {
    const wait = ["wait", "pod/with-sidecar", "--for=jsonpath={.status.podIP}", "--timeout=60s"];
    await this.kubectl(wait, { timeoutMs: 70_000 });
    return this.kubectl(["get", "pod", "with-sidecar", "--output=jsonpath={.status.podIP}"]);
  }

  async ready(): Promise<void> {
    const ready = ["wait", "--for=condition=Ready", "--timeout=150s", "--all", "pods"];
    await this.kubectl(ready, { timeoutMs: 160_000 });
  }

  async setIdleTimeout(text: string): Promise<void> {
    await this.apply(this.idleTimeout(text));
  }

  async remove(): Promise<void> {
    await kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--timeout=90s");
  }

  private configuration(): object[] {
    const { evidence, filters = {}, keepalive = false, timeout } = this.options;
    const endpoint = parseEndpoint(this.options.endpoint);
    const { connectionPool } = remedyPlan({
      remedy: "tcpKeepalive",
      timeout: parseTimeout(timeout),
    });
    assert.ok(connectionPool);
    const host = endpointHost(endpoint, this.namespace);
    return [
      this.idleTimeout(timeout),
      ...(evidence === false ? [] : [envoyFilter("evidence", evidenceSpec(SUBJECT, evidence))]),
      ...Object.entries(filters).map(([name, spec]) => envoyFilter(name, spec)),
      ...(keepalive
        ? [
            object("ServiceEntry", "endpoint", serviceEntrySpec(endpoint, this.namespace)),
            object("DestinationRule", "pool", connectionPoolSpec(host, SUBJECT, connectionPool)),
          ]
        : []),
    ];
  }

  private idleTimeout(text: string): object {
    return envoyFilter("idle-timeout", idleTimeoutSpec(parseTimeout(text), SUBJECT));
  }

  private async apply(...items: object[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await this.kubectl(["apply", "--filename=-"], { input });
  }
}

/** What the probes of a stack are made from, as soon as it has them. */
export async function probeTemplate(namespace: string): Promise<Template> {
  let pods: [string, PodTemplate][] = [];
  await eventually(
    `the probes of ${namespace} are there`,
    async () => {
      const deployments = ["get", "deployments", "--namespace", namespace, "--output=json"];
      const { items } = JSON.parse(await kubectl(...deployments)) as {
        items: { metadata: { name: string }; spec: { template: PodTemplate } }[];
      };
      pods = items.map(({ metadata, spec }) => [
        metadata.name.replace("probe-", ""),
        spec.template,
      ]);
      return pods.length === 2;
    },
    100_000,
  );
  return Object.fromEntries(pods) as Template;
}

function envoyFilter(name: string, spec: object): object {
  return { ...object("EnvoyFilter", name, spec), apiVersion: "networking.istio.io/v1alpha3" };
}

function object(kind: string, name: string, spec: object): object {
  return { apiVersion: "networking.istio.io/v1", kind, metadata: { name }, spec };
}
