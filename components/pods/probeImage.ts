import * as pulumi from "@pulumi/pulumi";
import { contentImage } from "../common/contentImage.ts";
import { PROBE_REPOSITORY } from "../common/contentImage.ts";

export interface ProbeImageArgs {
  /** Folder of Dockerfile and sources, relative to the project. */
  context: string;
  /** Where the image is pushed to: `host[:port][/path]`. */
  registry: string;
  /** Image with Node.js >= 22.18 to build on. */
  baseImage: string;
  /**
   * `os/arch` of the cluster's nodes.
   * @default the machine that builds
   */
  platform?: string | undefined;
}

/** The probe's image, built and pushed under the digest of its content. */
export class ProbeImage extends pulumi.ComponentResource {
  /** `repository@sha256:...` of what was pushed; by this, not by its tag, it is deployed. */
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
