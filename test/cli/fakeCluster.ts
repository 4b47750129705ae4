import type { Connection, ProbeSpec, ProbeStatus, Sample } from "../../app/probe/sample.ts";
import type { ProbeKind } from "../../model/record.ts";
import type { EnvoyFilterObject } from "../../cli/doctor/mesh/istioObjects.ts";
import type { LabelSelector } from "../../cli/cluster/labelSelector.ts";
import { KubectlError } from "../../cli/cluster/kubectl.ts";
import type { Kubectl } from "../../cli/cluster/kubectl.ts";
import type { UndoingWorld } from "../../cli/cluster/world.ts";
import { evidenceJsonFormat } from "../../model/istio/evidence.ts";
import { dump, virtualOutbound } from "./listeners.ts";
import { VirtualClock } from "./virtualClock.ts";

type Json = Record<string, unknown>;

export const RUN = "1-a";
const CONNECTED_AT = "2026-01-02T03:04:05.678Z";

/** How a probe's connection goes. */
export interface Fate {
  /** When the other side ends it, in ms after connecting; undefined is never. */
  closesAfterMs?: number;
  end?: Partial<Sample>;
}

/** A pod with a probe that holds its connection on the virtual clock. */
export class FakeProbe {
  /** Answers whether the host of a target can be reached. */
  check: Json | ((host: string) => Json) = { ok: true, address: "10.0.0.5" };
  fate: Fate = {};
  spec: ProbeSpec | undefined;
  /** What it says instead of how things stand. */
  answer: ProbeStatus | undefined;
  /** Every command it got, without the program. */
  readonly asked: string[][] = [];
  #connectedMs = 0;

  constructor(
    readonly name: string,
    readonly localPort: number,
    private readonly clock: VirtualClock,
  ) {}

  async run(command: string[]): Promise<unknown> {
    this.asked.push(command);
    const [verb, request = "", waitMs = "0"] = command;
    switch (verb) {
      case "check":
        return typeof this.check === "function"
          ? this.check((JSON.parse(request) as { host: string }).host)
          : this.check;
      case "start":
        if (this.spec === undefined) {
          this.spec = JSON.parse(request) as ProbeSpec;
          this.#connectedMs = this.clock.nowMs();
        }
        return this.status();
      default:
        await this.clock.sleep(Math.min(Number(waitMs), this.#endsAtMs() - this.clock.nowMs()));
        return this.status();
    }
  }

  /** Those of the one repetition that it knows, at ports in a row. */
  private connections({ tests, connections }: ProbeSpec): Connection[] {
    return tests
      .flatMap((test) => Array.from({ length: connections }, (_none, place) => ({ test, place })))
      .map(({ test: { middleware, mode, host, port, address = host }, place }, nth) => ({
        ...{ middleware, mode, repetition: 1, connection: place + 1, host, port },
        localPort: this.localPort + nth,
        localAddress: "10.244.0.28",
        remoteAddress: address,
        connectedAt: CONNECTED_AT,
      }));
  }

  status(): ProbeStatus {
    if (this.answer !== undefined || this.spec === undefined) {
      return this.answer ?? { state: "unknown" };
    }
    const heldMs = this.clock.nowMs() - this.#connectedMs;
    const connections = this.connections(this.spec);
    const over = this.clock.nowMs() >= this.#endsAtMs();
    const samples = connections
      .map((connection) => this.sample(connection))
      .filter((sample) => over || sample.heldMs <= heldMs);
    const ended = samples.map(({ localPort }) => localPort);
    return over
      ? { state: "done", samples }
      : {
          ...{ state: "holding", heldMs, repetitionsLeft: 0, samples },
          held: connections
            .filter(({ localPort }) => !ended.includes(localPort))
            .map((connection) => ({ ...connection, heldMs })),
        };
  }

  /** A connection that is pinged stays. */
  private sample(connection: Connection): Sample {
    const { observeMs = 0 } = this.spec ?? {};
    const { closesAfterMs = Infinity, end } = this.fate;
    const closed = closesAfterMs < observeMs && connection.mode !== "ping";
    return {
      ...connection,
      heldMs: closed ? closesAfterMs : observeMs,
      end: closed ? "fin" : "open",
      ...end,
    };
  }

  #endsAtMs(): number {
    const { closesAfterMs = Infinity } = this.fate;
    const { observeMs = 0, tests = [] } = this.spec ?? {};
    const pinged = tests.some(({ mode }) => mode === "ping");
    return this.#connectedMs + (pinged ? observeMs : Math.min(closesAfterMs, observeMs));
  }
}

/** A namespace with the two probes of a run, behind a kubectl of its own. */
export class FakeCluster {
  readonly clock = new VirtualClock();
  readonly probes: Record<ProbeKind, FakeProbe> = {
    withSidecar: new FakeProbe("with-0", 54_176, this.clock),
    withoutSidecar: new FakeProbe("without-0", 40_000, this.clock),
  };
  /** Changed by a test to what the API server should say of the pods. */
  pods: Json[] = [this.pod("withSidecar"), this.pod("withoutSidecar")];
  policies = ["idle-timeout"];
  /** Selectors of workloads, by what kubectl calls them: `deployments.apps web`. */
  workloads: Record<string, LabelSelector> = {};
  /** EnvoyFilters as the API server lists them, of which a measurement need not know. */
  filters: EnvoyFilterObject[] = [];
  /** Journals by the name of their ConfigMap. */
  readonly journals = new Map<string, Json>();
  listeners = (): string => dump(virtualOutbound({ idle_timeout: "10s" }));
  /** Those of the dump whose names are asked for; their connections are probed. */
  clusters = (name: string): string =>
    JSON.stringify({
      configs: [
        {
          cluster: { name, upstream_connection_options: { tcp_keepalive: { keepalive_time: 1 } } },
        },
      ],
    });
  serverInfo: Json = {
    version: "9e55/1.40.0/Clean/RELEASE/BoringSSL",
    node: { metadata: { ISTIO_VERSION: "1.31-dev" } },
  };
  /** How many connections its idle timeout has closed; undefined where it keeps no count. */
  idleTimeouts: () => number | undefined = () => undefined;
  /** Levels of the sidecar's loggers. */
  readonly logLevels: Record<string, string> = {
    ...{ cache_filter: "warning", connection: "warning" },
    ...{ filter: "info", pool: "error" },
  };
  log = (): string => `${evidenceLine()}\n`;
  /** What kubectl says instead, for a command this matches. */
  failure: (command: string) => string | undefined = () => undefined;
  /** Every kubectl command, its arguments joined by spaces. */
  readonly commands: string[] = [];
  readonly reported: string[] = [];

  readonly world: UndoingWorld = {
    clock: this.clock,
    kubectl: (args, options) => this.kubectl(args, options),
    report: (line) => this.reported.push(line),
    undo: (args, options) => this.kubectl(args, options),
  };

  /** The pod object of a probe, Ready and with the containers it should have. */
  pod(
    kind: ProbeKind,
    changes: { metadata?: Json; status?: Json; containers?: string[] } = {},
  ): Json {
    const sidecar = kind === "withSidecar";
    const containers = changes.containers ?? ["probe", ...(sidecar ? ["istio-proxy"] : [])];
    return {
      metadata: {
        name: this.probes[kind].name,
        namespace: "idle-10s",
        uid: `uid-${this.probes[kind].name}`,
        creationTimestamp: "2026-01-02T03:04:00Z",
        labels: {
          "app.kubernetes.io/name": "probe",
          "istio-idle-timeout/run": RUN,
          "istio-idle-timeout/sidecar": String(sidecar),
        },
        ...changes.metadata,
      },
      spec: { containers: containers.map((name) => ({ name })) },
      status: {
        phase: "Running",
        conditions: [{ type: "Ready", status: "True" }],
        containerStatuses: containers.map((name) => ({ name, restartCount: 0 })),
        ...changes.status,
      },
    };
  }

  private readonly kubectl: Kubectl = async (args, { input = "" } = {}) => {
    const command = args.join(" ");
    this.commands.push(command);
    const failure = this.failure(command);
    if (failure !== undefined) {
      throw new KubectlError(args, failure);
    }
    const [verb, kind = "", name = ""] = args;
    if (verb === "get" && kind === "pods") {
      return JSON.stringify({ items: this.pods });
    }
    if (verb === "get" && kind === "pod") {
      const pod = this.pods.find(({ metadata }) => (metadata as Json).name === name);
      return JSON.stringify(pod ?? this.notFound(args, `pods "${name}"`));
    }
    if (verb === "get" && kind.endsWith(".apps")) {
      const selector = this.workloads[`${kind} ${name}`];
      return JSON.stringify(
        selector === undefined ? this.notFound(args, `${kind} "${name}"`) : { spec: { selector } },
      );
    }
    if (verb === "get" && kind === "configmap") {
      return JSON.stringify(this.journals.get(name) ?? this.notFound(args, `configmaps "${name}"`));
    }
    if (verb === "apply") {
      const configMap = JSON.parse(input) as { metadata: { name: string } };
      this.journals.set(configMap.metadata.name, configMap);
      return "";
    }
    if (verb === "delete") {
      return "No resources found\n";
    }
    if (verb === "get" && args.includes("--all-namespaces")) {
      return JSON.stringify({
        items: this.filters.map((filter) => ({ ...filter, kind: "EnvoyFilter" })),
      });
    }
    if (verb === "get") {
      return this.policies.includes(name)
        ? `envoyfilter.networking.istio.io/${name}\n`
        : this.notFound(args, `envoyfilters.networking.istio.io "${name}"`);
    }
    if (verb === "logs") {
      return this.log();
    }
    const inContainer = args.slice(args.indexOf("--") + 1);
    if (inContainer[0] === "pilot-agent" && inContainer[2] === "POST") {
      return this.logging(inContainer.at(-1) ?? "");
    }
    if (inContainer[0] === "pilot-agent") {
      return this.admin(inContainer.at(-1) ?? "");
    }
    const probe = Object.values(this.probes).find((one) => one.name === args[1]);
    return `${JSON.stringify(await probe?.run(inContainer.slice(2)))}\n`;
  };

  /** Envoy's answer to being told levels, or asked for them. */
  private logging(path: string): string {
    for (const setting of path.split("paths=")[1]?.split(",") ?? []) {
      const [logger = "", level = ""] = setting.split(":");
      this.logLevels[logger] = level;
    }
    const lines = Object.entries(this.logLevels).map(
      ([logger, level]) => `  ${logger}: ${level}\n`,
    );
    return `active loggers:\n${lines.join("")}`;
  }

  /** Envoy's admin interface. */
  private admin(path: string): string {
    if (path === "server_info") {
      return JSON.stringify(this.serverInfo);
    }
    const { pathname, searchParams } = new URL(path, "http://admin");
    if (pathname === "/stats") {
      const value = this.idleTimeouts();
      const name = (searchParams.get("filter") ?? "").replaceAll(/[\\^$]/g, "");
      return JSON.stringify({ stats: [...(value === undefined ? [] : [{ name, value }]), {}] });
    }
    const name = (searchParams.get("name_regex") ?? "").replaceAll("\\", "");
    return searchParams.get("resource") === "dynamic_active_clusters"
      ? this.clusters(name)
      : this.listeners();
  }

  private notFound(args: readonly string[], what: string): never {
    throw new KubectlError(args, `Error from server (NotFound): ${what} not found`);
  }
}

/** The sidecar's entry of the connection of the pod with a sidecar. */
export function evidenceLine(changes: Json = {}): string {
  return JSON.stringify({
    ...evidenceJsonFormat,
    start: CONNECTED_AT,
    duration_ms: 10_001,
    flags: "-",
    close_reason: "tcp_session_idle_timeout",
    upstream_close: "Normal",
    upstream_local: "10.244.0.28:54190",
    source: "10.244.0.28:54176",
    destination: "10.0.0.5:6379",
    upstream_cluster: "PassthroughCluster;",
    ...changes,
  });
}
