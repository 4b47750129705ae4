import type * as v from "valibot";

import type { CheckAnswer } from "../../app/probe/check.ts";
import type { ProbeSpec, ProbeStatus } from "../../app/probe/sample.ts";
import type { CheckedTarget } from "../../app/probe/request.ts";
import { PROBE_CONTAINER } from "../../model/istio/labels.ts";
import { readValue, readOr } from "../../model/schema/read.ts";
import { checkAnswerSchema, probeStatusSchema } from "../../model/schema/sample.ts";
import { askJson } from "./kubectl.ts";
import type { Kubectl } from "./kubectl.ts";
import type { ProbePod } from "./pods.ts";
import { MeasureError } from "./world.ts";

/** A connection attempt in the pod gives up after 10 s; the rest is for the exec itself. */
const CONNECT_TIMEOUT_MS = 30_000;
const EXEC_TIMEOUT_MS = 20_000;

/**
 * Asks one pod's probe by short execs. Each method throws KubectlError when the exec fails, and MeasureError when the
 * answer is none that a probe of this version gives.
 */
export class ProbeClient {
  constructor(
    readonly pod: ProbePod,
    private readonly kubectl: Kubectl,
  ) {}

  /** Whether a connection to the endpoint comes about and its server takes questions. */
  check(target: CheckedTarget): Promise<CheckAnswer> {
    return this.ask(["check", JSON.stringify(target)], CONNECT_TIMEOUT_MS, checkAnswerSchema);
  }

  /** Returns when the connections stand or one has failed; a run that is under way is not disturbed. */
  start(spec: ProbeSpec): Promise<ProbeStatus> {
    return this.ask(["start", JSON.stringify(spec)], CONNECT_TIMEOUT_MS, probeStatusSchema);
  }

  /** Answers when the run is over, or after `waitMs` (whole ms). */
  status(run: string, waitMs: number): Promise<ProbeStatus> {
    const command = ["status", run, String(waitMs)];
    return this.ask(command, waitMs + EXEC_TIMEOUT_MS, probeStatusSchema);
  }

  private async ask<S extends v.GenericSchema>(
    command: string[],
    timeoutMs: number,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    const { name } = this.pod;
    const exec = ["exec", name, "--container", PROBE_CONTAINER, "--", "node", "/app/client.mjs"];
    const answer = await askJson(this.kubectl, [...exec, ...command], { timeoutMs });
    return readOr(
      () => readValue(answer, schema),
      (cause) =>
        new MeasureError(`the probe in pod ${name} gives an unknown answer: ${cause.message}`, {
          cause,
        }),
    );
  }
}
