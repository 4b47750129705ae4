import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contextDigest } from "./contextDigest.ts";

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

/**
 * The probe's image, built and pushed. Its tag is the digest of its content: stacks with equal content
 * share one image, and changed content never hides behind an old tag. Destroying a stack leaves the
 * image where it is, since others may use it.
 */
export class ProbeImage extends pulumi.ComponentResource {
  /** `repository@sha256:...` of what was pushed; by this, not by its tag, it is deployed. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ProbeImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ProbeImage", name, {}, opts);

    const tag = contextDigest(args.context, [args.baseImage, args.platform ?? ""]);
    const image = new docker.Image(
      `${name}-image`,
      {
        imageName: `${args.registry}/istio-idle-timeout-probe:${tag}`,
        build: {
          context: args.context,
          dockerfile: `${args.context}/Dockerfile`,
          args: { BASE_IMAGE: args.baseImage },
          platform: args.platform,
          // Files are only copied: nothing here needs BuildKit, and every Docker daemon has the classic
          // builder.
          builderVersion: docker.BuilderVersion.BuilderV1,
        },
      },
      { parent: this },
    );

    this.reference = image.repoDigest;
    this.registerOutputs({ reference: this.reference });
  }
}
