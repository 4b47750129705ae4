import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import type { Kubectl } from "../../../cli/cluster/kubectl.ts";
import type { FollowLog } from "../../../cli/cluster/followLog.ts";
import { VirtualClock } from "../virtualClock.ts";

const MARK = "istio_idle_timeout.watch";

/** A pod's sidecar with its log level, runtime and log, as kubectl reaches it. */
export class FakeSidecar {
  readonly clock = new VirtualClock();
  /** Every kubectl command, without its output format. */
  readonly commands: string[] = [];
  level = "warning";
  runtime: Record<string, string> = {};
  containerId = "containerd://1";
  status: object | undefined;
  log: string[] = [];
  /** Why kubectl fails for a command; undefined where it works. */
  failure: (command: string) => string | undefined = () => undefined;
  /** What happens while each `kubectl logs --follow` runs; it ends when it is over. */
  readonly followed: string[][] = [];
  follows: ((say: (line: string) => void) => unknown)[] = [];

  get mark(): string | undefined {
    return this.runtime[MARK];
  }

  readonly kubectl: Kubectl = (args) => {
    const command = args.join(" ");
    this.commands.push(command);
    const reason = this.failure(command);
    if (reason !== undefined) {
      return Promise.reject(new KubectlError(args, reason));
    }
    return Promise.resolve(this.#answer(args));
  };

  readonly followLog: FollowLog = async (args, onLine) => {
    this.followed.push([...args]);
    await this.follows.shift()?.(onLine);
  };

  /** Starts anew: with the mesh's level, and with nothing in the runtime. */
  restart(): void {
    this.containerId = "containerd://2";
    this.level = "warning";
    this.runtime = {};
  }

  #answer(args: readonly string[]): string {
    const [verb, pod = ""] = args;
    const path = args.at(-1) ?? "";
    switch (verb) {
      case "get":
        return JSON.stringify({ metadata: { name: pod }, status: this.status ?? this.#running() });
      case "logs":
        return this.log.map((line) => `${line}\n`).join("");
      case "exec":
        return args.at(-2) === "GET" ? JSON.stringify(this.#entries()) : this.#post(path);
      default:
        throw new Error(`unexpected: ${args.join(" ")}`);
    }
  }

  #running(): object {
    const state = { running: {} };
    const proxy = { name: "istio-proxy", containerID: this.containerId, state };
    return { phase: "Running", podIP: "10.0.0.9", initContainerStatuses: [proxy] };
  }

  #entries(): object {
    const entries = Object.entries(this.runtime);
    return {
      entries: Object.fromEntries(entries.map(([key, value]) => [key, { final_value: value }])),
    };
  }

  #post(path: string): string {
    const [, level] = /^logging\?paths=filter:(\w+)$/.exec(path) ?? [];
    const [, key, value = ""] = /^runtime_modify\?([\w.]+)=(\w*)$/.exec(path) ?? [];
    if (level !== undefined) {
      this.level = level;
    } else if (key !== undefined) {
      this.runtime[key] = value;
    } else if (path !== "logging") {
      throw new Error(`unexpected: ${path}`);
    }
    return `active loggers:\n  cache_filter: off\n  filter: ${this.level}\n`;
  }
}
