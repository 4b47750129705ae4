import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { RunRecord } from "../app/probe/record.ts";
import { formatDuration } from "./duration.ts";
import { parseRecord } from "./parseRecord.ts";
import { shellCommand } from "./shell.ts";

export interface ConnectionTestArgs {
  /** Namespace of the probes. */
  namespace: pulumi.Input<string>;
  /** Names the run: another one measures again, and nothing else does. */
  runId: string;
  /** `host:port` that both probes connect to. */
  endpoint: pulumi.Input<string>;
  /** The `timeout` setting as the user wrote it. */
  timeout: string;
  /** How long the connections are held and watched, in ms. */
  observeMs: number;
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: number;
  /** Name of the EnvoyFilter that the sidecar has to have received; undefined where there is none. */
  policy: pulumi.Input<string> | undefined;
  /** Whether the sidecar writes an access-log entry for the connection. */
  evidence: boolean;
  /** Context in the ambient kubeconfig; undefined is its current one. */
  kubeContext: string | undefined;
}

/** For everything before and after the observation: configuration to arrive, probes to connect. */
const MARGIN_MS = 240_000;

/**
 * Measures, once for each run, how long both probes' connections live.
 *
 * Each run is a resource of its own, and its inputs are not compared any more once it is there: what
 * was measured is not measured again because a command line changed with a new version of this
 * program, or because Docker chose another port. A measurement that could not start leaves no resource,
 * so that the next `up` tries again.
 */
export class ConnectionTest extends pulumi.ComponentResource {
  /** What was found. */
  readonly record: pulumi.Output<RunRecord>;

  constructor(name: string, args: ConnectionTestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ConnectionTest", name, {}, opts);

    const measurement = new command.local.Command(
      `${name}-measurement-${args.runId}`,
      {
        create: measureCommand(args),
        // The record on stdout is for the state; what people read while they wait is on stderr.
        logging: "stderr",
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        ignoreChanges: ["*"],
        customTimeouts: { create: formatDuration(args.observeMs + MARGIN_MS) },
      },
    );

    this.record = measurement.stdout.apply(parseRecord);
    this.registerOutputs({ record: this.record });
  }
}

function measureCommand(args: ConnectionTestArgs): pulumi.Output<string> {
  return pulumi
    .all([args.namespace, args.endpoint, args.policy])
    .apply(([namespace, endpoint, policy]) =>
      shellCommand([
        ...["node", "--import", "tsx", "cli/measure.ts"],
        ...["--namespace", namespace],
        ...["--run", args.runId],
        ...["--endpoint", endpoint],
        ...["--timeout", args.timeout],
        ...["--observe", formatDuration(args.observeMs)],
        ...(args.kubeContext === undefined ? [] : ["--context", args.kubeContext]),
        ...(args.timelapse === 1 ? [] : ["--timelapse", String(args.timelapse)]),
        ...(policy === undefined ? [] : ["--policy", policy]),
        ...(args.evidence ? [] : ["--no-evidence"]),
      ]),
    );
}
