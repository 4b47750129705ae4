import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parseDriverRecord } from "./parseRecord.ts";
import type { DriverRecord } from "../../model/driverRecord.ts";
import type { AllCredentials } from "../../app/probe/credentials.ts";
import type { MiddlewareKind } from "../../app/probe/sample.ts";
import { digest } from "../../model/digest.ts";
import { driverIdleMs, driverKinds, languagesOf } from "../settings/drivers.ts";
import type { DriverLanguage, DriverName } from "../settings/drivers.ts";
import { DriverWorkload } from "../pods/driverWorkload.ts";
import { formatDuration } from "../../model/duration.ts";
import { parseEndpoint } from "../../model/endpoint.ts";
import type { InjectionRequest } from "../../model/istio/injection.ts";
import { OBJECT_TIMEOUTS } from "../common/objectTimeouts.ts";
import { programCommand } from "../common/shell.ts";

export interface DriverTestArgs {
  /** Namespace with sidecar injection. */
  namespace: pulumi.Input<string>;
  /** Drivers to measure; at least one. */
  drivers: readonly DriverName[];
  /** `host:port` of the servers. */
  endpoints: pulumi.Input<string[]>;
  /** Middleware at the endpoints, in the same order; drivers talk to the first endpoint of their kind. */
  middleware: readonly MiddlewareKind[];
  /** Credentials by kind of middleware; secret. */
  credentials: pulumi.Input<AllCredentials>;
  /** The programs' images, by digest. */
  images: Partial<Record<DriverLanguage, pulumi.Input<string>>>;
  /** The sidecar's idle timeout, in ms. */
  timeoutMs: number;
  /** Run id of the stack; another run measures again, as do other drivers. */
  runId: string;
  /** Labels by which the sidecar's configuration finds the pods. */
  variantLabels: Readonly<Record<string, string>>;
  /** Requests to the injector. */
  injection: pulumi.Input<InjectionRequest>[];
  /** `os/arch` of the cluster's nodes; undefined is any. */
  platform: string | undefined;
  /** Context in the ambient kubeconfig; undefined is its current one. */
  kubeContext: string | undefined;
}

const LENGTH = 10;
/** Time for the pods' first connections, slow drivers and the sidecar's log, in ms. */
const MARGIN_MS = 180_000;

/**
 * Measures, once for each run, what applications see of an idle close: real drivers run in a pod with a sidecar and in one
 * without. Only another run, or other drivers, measure again.
 */
export class DriverTest extends pulumi.ComponentResource {
  /** Everything that the drivers met. */
  readonly record: pulumi.Output<DriverRecord>;

  constructor(name: string, args: DriverTestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:DriverTest", name, {}, opts);

    const { drivers, namespace, timeoutMs } = args;
    const idleMs = driverIdleMs(timeoutMs);
    const runId = digest(JSON.stringify([args.runId, drivers]), LENGTH);
    const secret = new k8s.core.v1.Secret(
      `${name}-config`,
      {
        metadata: { name: "drivers", namespace },
        stringData: { "config.json": programConfig(args, idleMs) },
      },
      { parent: this, customTimeouts: OBJECT_TIMEOUTS },
    );
    const workloads = [true, false].map(
      (sidecar) =>
        new DriverWorkload(
          sidecar ? `${name}-with-sidecar` : `${name}-without-sidecar`,
          {
            namespace,
            images: args.images,
            secretName: secret.metadata.name,
            sidecar,
            runId,
            variantLabels: args.variantLabels,
            injection: args.injection,
            platform: args.platform,
          },
          { parent: this },
        ),
    );
    const collect = pulumi.output(namespace).apply((inNamespace) =>
      programCommand("drivers", {
        ...{ namespace: inNamespace, context: args.kubeContext, run: runId },
        ...{ idleTimeoutMs: timeoutMs, idleMs, containers: languagesOf(drivers) },
      }),
    );
    const collection = new command.local.Command(
      `${name}-collection-${runId}`,
      { create: collect, logging: "stderr", addPreviousOutputInEnv: false },
      {
        parent: this,
        dependsOn: workloads,
        ignoreChanges: ["*"],
        customTimeouts: { create: formatDuration(idleMs + MARGIN_MS) },
      },
    );

    this.record = collection.stdout.apply(parseDriverRecord);
    this.registerOutputs({ record: this.record });
  }
}

/** Writes the configuration of both programs, whose type there is `Config`; secret. */
function programConfig(
  { credentials, drivers, endpoints, middleware, timeoutMs }: DriverTestArgs,
  idleMs: number,
): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.all([endpoints, credentials]).apply(([addresses, logins]) =>
      JSON.stringify({
        idleMs,
        idleTimeoutMs: timeoutMs,
        drivers,
        servers: Object.fromEntries(
          driverKinds(drivers).map((kind) => [
            kind,
            { ...parseEndpoint(addresses[middleware.indexOf(kind)] ?? ""), ...logins[kind] },
          ]),
        ),
      }),
    ),
  );
}
