import * as pulumi from "@pulumi/pulumi";
import { contentImage, PROBE_REPOSITORY } from "../common/contentImage.ts";

export interface ProbeImageArgs {
  /** Folder of Dockerfile and sources, relative to the project. */
  context: string;
  /** Registry to which the image is pushed: `host[:port][/path]`. */
  registry: string;
  /** Image with Node.js >= 22.18 to build on. */
  baseImage: string;
  /**
   * `os/arch` of the cluster's nodes.
   * @default the machine that builds
   */
  platform?: string | undefined;
}

/** Builds the probe's image and pushes it under the digest of its content. */
export class ProbeImage extends pulumi.ComponentResource {
  /** Pushed image as `repository@sha256:...`; it is deployed by this digest, not by its tag. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ProbeImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ProbeImage", name, {}, opts);

    this.reference = contentImage(
      `${name}-image`,
      {
        repository: PROBE_REPOSITORY,
        context: args.context,
        registry: args.registry,
        buildArgs: { BASE_IMAGE: args.baseImage },
        platform: args.platform,
      },
      { parent: this },
    );
    this.registerOutputs({ reference: this.reference });
  }
}
