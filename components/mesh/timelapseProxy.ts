import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { contentImage } from "../common/contentImage.ts";
import type { InjectionRequest } from "../../model/istio/injection.ts";
import { programCommand } from "../common/shell.ts";
import { timelapseRequest } from "../../model/timelapse.ts";

export interface TimelapseProxyArgs {
  /** Namespace whose proxy image is used. */
  namespace: pulumi.Input<string>;
  /** Run id; another run asks the cluster again. */
  runId: string;
  /** How many times as fast the proxy's clock runs. */
  factor: number;
  /** Registry to which the image is pushed: `host[:port][/path]`. */
  registry: string;
  /** Image with a C compiler as `cc`. */
  compilerImage: string;
  /**
   * `os/arch` of the cluster's nodes.
   * @default the machine that builds
   */
  platform?: string | undefined;
  /** Context in the ambient kubeconfig; undefined is its current one. */
  kubeContext: string | undefined;
}

/**
 * Builds the mesh's own proxy with a faster clock: its image with the shim in it, and the request by which a pod gets it.
 *
 * The cluster tells the image: a pod is handed to the injector in a dry run, so that revision, hub and variant are
 * those of the probes. It is asked once for each run, because a run is not repeated when the mesh is upgraded later.
 */
export class TimelapseProxy extends pulumi.ComponentResource {
  /** Request that a pod puts to the injector. */
  readonly request: pulumi.Output<InjectionRequest>;

  constructor(name: string, args: TimelapseProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:TimelapseProxy", name, {}, opts);

    const meshProxy = new command.local.Command(
      `${name}-mesh-proxy-${args.runId}`,
      { create: findProxyImage(args), logging: "stderr", addPreviousOutputInEnv: false },
      { parent: this, ignoreChanges: ["*"], customTimeouts: { create: "2m" } },
    );

    const image = contentImage(
      `${name}-image`,
      {
        repository: "istio-idle-timeout-proxy",
        context: "app/timelapse",
        registry: args.registry,
        buildArgs: { COMPILER_IMAGE: args.compilerImage, PROXY_IMAGE: meshProxy.stdout },
        platform: args.platform,
      },
      { parent: this },
    );

    this.request = image.apply((reference) => timelapseRequest(args.factor, reference));
    this.registerOutputs({ request: this.request });
  }
}

function findProxyImage({ namespace, kubeContext }: TimelapseProxyArgs): pulumi.Output<string> {
  return pulumi
    .output(namespace)
    .apply((name) => programCommand("proxyImage", { namespace: name, context: kubeContext }));
}
