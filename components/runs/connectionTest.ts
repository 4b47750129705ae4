import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { CONNECT_LIMIT_MS } from "../../app/probe/connect.ts";
import type { MiddlewareKind } from "../../app/probe/sample.ts";
import type { RunRecord } from "../../model/record.ts";
import { formatDuration } from "../../model/duration.ts";
import { parseEndpoint } from "../../model/endpoint.ts";
import type { Load } from "../../model/modes.ts";
import { parseRecord } from "./parseRecord.ts";
import type { Path, Remedy } from "../../model/remedy.ts";
import { parseRunState } from "../../model/runState.ts";
import { pairTargets } from "../../model/target.ts";
import { programCommand } from "../common/shell.ts";

export interface ConnectionTestArgs {
  /** Namespace of the probes. */
  namespace: pulumi.Input<string>;
  /** Run id; another run measures again, and nothing else does. */
  runId: string;
  /** Endpoints that both probes connect to, `host:port` each. */
  endpoints: pulumi.Input<string[]>;
  /** Middleware at the endpoints, in the same order. */
  middleware: readonly MiddlewareKind[];
  /** Modes of the connections, and their number. */
  load: Load;
  /** The `timeout` setting as the user wrote it. */
  timeout: string;
  /** How long the connections are held and watched each time, in ms. */
  observeMs: number;
  /** How long to wait for all of it before detaching from the run, in ms. */
  waitMs: number;
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: number;
  /** How connections to the endpoint go through the sidecar. */
  path: Path;
  /** How the timeout is set, or avoided. */
  remedy: Remedy;
  /** Object that configures the sidecar, as `kind/name`; undefined where none does. */
  policy: pulumi.Input<string> | undefined;
  /** Whether the sidecar writes an access-log entry for the connection. */
  evidence: boolean;
  /** Whether the sidecar's debug log of the connection is kept too. */
  debugLog: boolean;
  /** Context in the ambient kubeconfig; undefined is its current one. */
  kubeContext: string | undefined;
}

/** Input that tells that a run is over; absent before that. */
type RunEnvironment = Record<string, string>;

/** Time before and after the observation, in ms: configuration has to arrive, probes have to connect. */
const MARGIN_MS = 240_000;

/**
 * Measures, once for each run, how long both probes' connections live.
 *
 * Each run is a resource of its own, whose inputs are not compared any more once it is there: a new version of this
 * program that asks in another way, or another port that Docker chose, does not measure again. A measurement that
 * could not start leaves no resource, so that the next `up` tries again.
 *
 * One input is compared: whether a run that the client detached from is over. The program asks the cluster for that
 * whenever it runs, and a run that is over makes the update that collects the result.
 */
export class ConnectionTest extends pulumi.ComponentResource {
  /** Everything that the run found. */
  readonly record: pulumi.Output<RunRecord>;

  constructor(name: string, args: ConnectionTestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ConnectionTest", name, {}, opts);

    const timeout = formatDuration(longestWatchMs(args) + MARGIN_MS);
    const measurement = new command.local.Command(
      `${name}-measurement-${args.runId}`,
      {
        // Its update runs it too: it resumes what was begun, and repeats a record that is complete, which it
        // finds in its environment.
        create: measureCommand(args),
        environment: this.#askWhetherOver(args),
        // The record on stdout is for the state; what people read while they wait is on stderr.
        logging: "stderr",
      },
      {
        parent: this,
        ignoreChanges: ["addPreviousOutputInEnv", "create", "logging"],
        customTimeouts: { create: timeout, update: timeout },
      },
    );

    this.record = measurement.stdout.apply(parseRecord);
    this.registerOutputs({ record: this.record });
  }

  /** Asks the cluster; gives undefined unless the client detached from the run and the run is over. */
  #askWhetherOver(args: ConnectionTestArgs): pulumi.Output<RunEnvironment> {
    const question = pulumi
      .output(args.namespace)
      .apply((namespace) =>
        programCommand("runState", { namespace, context: args.kubeContext, run: args.runId }),
      );
    const answer = command.local.runOutput(
      { command: question, logging: "none", addPreviousOutputInEnv: false },
      { parent: this },
    );
    return answer.stdout.apply((text) => {
      const run = parseRunState(text);
      if (run.state === "running") {
        const left = formatDuration(Math.ceil(run.leftMs / 1000) * 1000);
        void pulumi.log.info(`the connections are still held, for at most ${left}`, this);
      }
      // Undefined leaves the input out, of which the SDK's types know nothing.
      return (run.state === "over" ? { RUN_STATE: run.state } : undefined) as RunEnvironment;
    });
  }
}

/**
 * How long the client may watch a run, in ms. It does not detach from windows that take no longer than it may wait, and
 * each of these comes after logins.
 */
export function longestWatchMs({
  load: { repetitions },
  observeMs,
  waitMs,
}: Pick<ConnectionTestArgs, "load" | "observeMs" | "waitMs">): number {
  return waitMs < observeMs * repetitions ? waitMs : (observeMs + CONNECT_LIMIT_MS) * repetitions;
}

function measureCommand(args: ConnectionTestArgs): pulumi.Output<string> {
  const { middleware, load, timeout, observeMs, waitMs, timelapse, path, remedy } = args;
  return pulumi
    .all([args.namespace, args.endpoints, args.policy])
    .apply(([namespace, endpoints, policy]) =>
      programCommand("measure", {
        ...{ namespace, context: args.kubeContext, run: args.runId },
        targets: pairTargets(endpoints.map(parseEndpoint), middleware),
        ...{ timeout, observeMs, waitMs, ...load, timelapse, path, remedy, policy },
        ...{ evidence: args.evidence, debugLog: args.debugLog },
      }),
    );
}
