import * as pulumi from "@pulumi/pulumi";
import { contentImage } from "../common/contentImage.ts";
import type { DriverLanguage } from "../settings/drivers.ts";

export interface DriverImagesArgs {
  /** Languages of the programs to build. */
  languages: readonly DriverLanguage[];
  /** Registry to which the images are pushed: `host[:port][/path]`. */
  registry: string;
  /** Image with Go, which compiles the Go program. */
  goImage: string;
  /** Image with npm, which installs the Node.js program's packages. */
  nodeBuildImage: string;
  /** Image with Node.js >= 22.18, in which the Node.js program runs. */
  baseImage: string;
  /**
   * `os/arch` of the cluster's nodes.
   * @default the machine that builds
   */
  platform?: string | undefined;
}

/** Builds the programs that use real drivers, one image for each language. */
export class DriverImages extends pulumi.ComponentResource {
  /** Image of each language as `repository@sha256:...`. */
  readonly references: Partial<Record<DriverLanguage, pulumi.Output<string>>>;

  constructor(name: string, args: DriverImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:DriverImages", name, {}, opts);

    const buildArgs: Record<DriverLanguage, Record<string, string>> = {
      go: { GO_IMAGE: args.goImage },
      node: { BASE_IMAGE: args.baseImage, BUILD_IMAGE: args.nodeBuildImage },
    };
    this.references = Object.fromEntries(
      args.languages.map((language) => [
        language,
        contentImage(
          `${name}-${language}-image`,
          {
            repository: `istio-idle-timeout-drivers-${language}`,
            context: `app/drivers/${language}`,
            registry: args.registry,
            buildArgs: buildArgs[language],
            platform: args.platform,
          },
          { parent: this },
        ),
      ]),
    );
    this.registerOutputs({ references: this.references });
  }
}
