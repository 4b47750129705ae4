import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import type { ChangeWorld } from "../../../cli/change/experiment.ts";
import type {
  HeldConnection,
  ProbeSpec,
  ProbeStatus,
  ProbeTest,
  Sample,
} from "../../../app/probe/sample.ts";
import { evidenceLine } from "../fakeCluster.ts";
import { aJournal } from "../journals.ts";
import { dump, virtualOutbound } from "../listeners.ts";
import { VirtualClock } from "../virtualClock.ts";

type Json = Record<string, unknown>;

export const DRAIN_MS = 45_000;
const HOUR_MS = 3_600_000;
const EPOCH_MS = Date.parse("2026-01-02T03:04:05.000Z");

interface Connection {
  pod: string;
  run: string;
  test: ProbeTest;
  localPort: number;
  openedMs: number;
  endMs: number;
  reason: string;
}

/**
 * A cluster with a stack and what the change experiment makes beside it, on the virtual clock. It does to
 * connections what a sidecar does: an idle one is closed by the timeout it was opened under, and whatever a
 * changed filter chain carries is cut when the drain is over.
 */
export class FakeMesh {
  readonly clock = new VirtualClock();
  /** Objects by namespace, kind and name, as they were made. */
  readonly objects = new Map<string, Json>();
  readonly reported: string[] = [];
  readonly commands: string[] = [];
  /** What kubectl says instead, for a command this matches. */
  failure: (command: string) => string | undefined = () => undefined;
  /** Whether the untouched workload's filter chain changes with the other one's. */
  spills = false;
  /** The mesh's own timeout; undefined is Envoy's default. */
  meshTimeoutMs: number | undefined;
  deployments: Json[] = [
    {
      spec: {
        template: {
          metadata: {
            annotations: {
              "sidecar.istio.io/proxyCPU": "10m",
              "sidecar.istio.io/proxyImage": "faster",
            },
          },
          spec: { containers: [{ name: "probe", image: "probe@sha256:0" }] },
        },
      },
    },
  ];
  journals: Json[] = [
    journal("2026-01-02T03:00:00Z", "10.0.0.4"),
    journal("2026-01-02T03:01:00Z", "10.0.0.5"),
  ];
  readonly #connections: Connection[] = [];
  #timeoutMs: number | undefined;
  #updatedMs = 0;

  readonly world: ChangeWorld = {
    clock: this.clock,
    kubectlIn: (namespace) => (args, options) => this.#kubectl(namespace, args, options?.input),
    undo: (args) => this.#kubectl(undefined, args),
    report: (line) => this.reported.push(line),
  };

  async #kubectl(
    namespace: string | undefined,
    args: readonly string[],
    input = "",
  ): Promise<string> {
    const command = args.join(" ");
    this.commands.push(command);
    const failure = this.failure(command);
    if (failure !== undefined) {
      throw new KubectlError(args, failure);
    }
    const [verb, kind, name = ""] = args;
    switch (verb) {
      case "get":
        return JSON.stringify(this.#get(kind ?? "", name, args));
      case "create":
        this.#make(namespace ?? "", args, JSON.parse(input) as Json);
        return "";
      case "patch":
        this.#make(namespace ?? "", args, JSON.parse(args.at(-1) ?? "") as Json);
        return "";
      case "delete":
        if (kind === "namespace") {
          [...this.objects.keys()]
            .filter((key) => key.includes(name))
            .forEach((key) => this.objects.delete(key));
        } else {
          this.objects.delete(`${namespace}/EnvoyFilter/${name}`);
          this.#change(undefined);
        }
        return "";
      case "logs":
        return this.#log(kind ?? "");
      case "exec":
        return JSON.stringify(await this.#exec(kind ?? "", args.slice(args.indexOf("--") + 1)));
      default:
        return "";
    }
  }

  #get(kind: string, name: string, args: readonly string[]): unknown {
    switch (kind) {
      case "deployments":
        return { items: this.deployments };
      case "configmaps":
        return { items: this.journals };
      case "namespace":
        return { metadata: { labels: { "istio.io/rev": "canary", team: "a" } } };
      case "pods":
        return { items: [pod(String(args[3]).includes("untouched") ? "untouched" : "changed")] };
      default:
        return pod(name);
    }
  }

  #make(namespace: string, args: readonly string[], object: Json): void {
    const { name } = object.metadata as { name: string };
    const key = `${namespace}/${object.kind as string}/${name}`;
    if (args[0] === "create" && this.objects.has(key)) {
      throw new KubectlError(args, `Error from server (AlreadyExists): "${name}" already exists`);
    }
    this.objects.set(key, object);
    if (name === "idle-timeout") {
      const [, value = ""] = /"idle_timeout":"([\d.]+)s"/.exec(JSON.stringify(object)) ?? [];
      this.#change(Number(value) * 1000);
    }
  }

  #change(timeoutMs: number | undefined): void {
    this.#timeoutMs = timeoutMs;
    this.#updatedMs = this.clock.nowMs();
    const cutMs = this.#updatedMs + DRAIN_MS;
    for (const connection of this.#connections) {
      if (connection.endMs > cutMs && (connection.pod === "changed-0" || this.spills)) {
        connection.endMs = cutMs;
        connection.reason = "filter_chain_is_being_removed";
      }
    }
  }

  #timeoutOf(name: string): number | undefined {
    const changes = name === "changed-0" || this.spills;
    return (changes ? this.#timeoutMs : undefined) ?? this.meshTimeoutMs;
  }

  #log(name: string): string {
    return this.#connections
      .filter((each) => each.pod === name && each.endMs <= this.clock.nowMs())
      .map(({ openedMs, endMs, reason, localPort }) =>
        evidenceLine({
          start: new Date(EPOCH_MS + openedMs).toISOString(),
          duration_ms: endMs - openedMs,
          close_reason: reason,
          source: `10.244.0.28:${localPort}`,
        }),
      )
      .join("\n");
  }

  async #exec(name: string, command: string[]): Promise<unknown> {
    const path = command.at(-1) ?? "";
    if (command[0] === "pilot-agent") {
      const ms = this.#timeoutOf(name);
      const changes = name === "changed-0" || this.spills;
      const updated = new Date(EPOCH_MS + (changes ? this.#updatedMs : 0)).toISOString();
      const timeout = ms === undefined ? {} : { idle_timeout: `${ms / 1000}s` };
      return path === "server_info"
        ? {
            version: "9e55/1.40.0/Clean/RELEASE/BoringSSL",
            node: { metadata: { ISTIO_VERSION: "1.31-dev" } },
            command_line_options: { drain_time: `${DRAIN_MS / 1000}s` },
          }
        : JSON.parse(dump(virtualOutbound(timeout, {}, updated)));
    }
    const [, , verb, request = "", waitMs = "0"] = command;
    if (verb === "start") {
      const { run, tests } = JSON.parse(request) as ProbeSpec;
      const [test] = tests;
      const openedMs = this.clock.nowMs();
      const idleMs = this.#timeoutOf(name) ?? HOUR_MS;
      this.#connections.push({
        ...{ pod: name, run, openedMs, localPort: 40_000 + this.#connections.length },
        test: test!,
        endMs: test?.mode === "silent" ? openedMs + idleMs : Infinity,
        reason: "tcp_session_idle_timeout",
      });
      return this.#status(name, run);
    }
    const { endMs } = this.#connection(name, request);
    await this.clock.sleep(Math.min(Number(waitMs), endMs - this.clock.nowMs()));
    return this.#status(name, request);
  }

  #connection(name: string, run: string): Connection {
    return this.#connections.find((each) => each.pod === name && each.run === run)!;
  }

  #status(name: string, run: string): ProbeStatus {
    const { test, openedMs, endMs, localPort } = this.#connection(name, run);
    const { middleware, mode, host, port } = test;
    const about = {
      ...{ middleware, mode, repetition: 1, connection: 1, host, port },
      ...{ localPort, localAddress: "10.244.0.28", remoteAddress: host },
      connectedAt: new Date(EPOCH_MS + openedMs).toISOString(),
    };
    const heldMs = this.clock.nowMs() - openedMs;
    if (heldMs < endMs - openedMs) {
      const held: HeldConnection[] = [{ ...about, heldMs }];
      return { state: "holding", heldMs, repetitionsLeft: 0, held, samples: [] };
    }
    const sample: Sample = { ...about, heldMs: endMs - openedMs, end: "fin" };
    return { state: "done", samples: [sample] };
  }
}

function pod(workload: string): Json {
  return {
    metadata: {
      name: workload.endsWith("-0") ? workload : `${workload}-0`,
      uid: `uid-${workload}`,
      creationTimestamp: "2026-01-02T03:04:00Z",
    },
    spec: { containers: [{ name: "probe" }], initContainers: [{ name: "istio-proxy" }] },
    status: { phase: "Running" },
  };
}

function journal(creationTimestamp: string, address: string): Json {
  const { targets, ...rest } = aJournal();
  const changed = targets.map((target) => ({
    ...target,
    middleware: "redis",
    destination: { address, port: 6379 },
  }));
  return {
    metadata: { name: "run-1-a", creationTimestamp },
    data: { journal: JSON.stringify({ ...rest, targets: changed }) },
  };
}
