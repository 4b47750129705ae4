import type { CheckAnswer } from "../../app/probe/check.ts";
import type { ProbeSpec, ProbeStatus } from "../../app/probe/sample.ts";
import type { CheckedTarget } from "../../app/probe/request.ts";
import { PROBE_CONTAINER } from "../../model/istio/labels.ts";
import { askJson } from "./kubectl.ts";
import type { Kubectl } from "./kubectl.ts";
import type { ProbePod } from "./pods.ts";

/** A connection attempt in the pod gives up after 10 s; the rest is for the exec itself. */
const CONNECT_TIMEOUT_MS = 30_000;
const EXEC_TIMEOUT_MS = 20_000;

/** Asks one pod's probe by short execs. Each method throws KubectlError when the exec fails. */
export class ProbeClient {
  constructor(
    readonly pod: ProbePod,
    private readonly kubectl: Kubectl,
  ) {}

  /** Whether a connection to the endpoint comes about and its server takes questions. */
  async check(target: CheckedTarget): Promise<CheckAnswer> {
    return (await this.ask(["check", JSON.stringify(target)], CONNECT_TIMEOUT_MS)) as CheckAnswer;
  }

  /** Returns when the connections stand or one has failed; a run that is under way is not disturbed. */
  async start(spec: ProbeSpec): Promise<ProbeStatus> {
    return (await this.ask(["start", JSON.stringify(spec)], CONNECT_TIMEOUT_MS)) as ProbeStatus;
  }

  /** Answers when the run is over, or after `waitMs` (whole ms). */
  async status(run: string, waitMs: number): Promise<ProbeStatus> {
    const command = ["status", run, String(waitMs)];
    return (await this.ask(command, waitMs + EXEC_TIMEOUT_MS)) as ProbeStatus;
  }

  private ask(command: string[], timeoutMs: number): Promise<unknown> {
    const exec = [
      "exec",
      this.pod.name,
      "--container",
      PROBE_CONTAINER,
      "--",
      "node",
      "/app/client.mjs",
    ];
    return askJson(this.kubectl, [...exec, ...command], { timeoutMs });
  }
}
