import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contextDigest } from "./contextDigest.ts";

export interface ContentImageArgs {
  /** Last part of the repository's name, after the registry. */
  repository: string;
  /** Folder of Dockerfile and sources, relative to the project. */
  context: string;
  /** Registry to which the image is pushed: `host[:port][/path]`. */
  registry: string;
  /** Values of the Dockerfile's arguments. */
  buildArgs: Readonly<Record<string, pulumi.Input<string>>>;
  /** `os/arch` of the cluster's nodes; undefined is the machine that builds. */
  platform: string | undefined;
}

/**
 * Builds an image and pushes it under the digest of its content: stacks with equal content share one image, and changed
 * content never hides behind an old tag. Destroying a stack leaves the image in place, because others may use it.
 *
 * @returns the pushed image as `repository@sha256:...`; deploy it by this digest, not by its tag.
 */
export function contentImage(
  name: string,
  { repository, context, registry, buildArgs, platform }: ContentImageArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const tag = pulumi
    .output(buildArgs)
    .apply((args) => contextDigest(context, [...Object.values(args), platform ?? ""]));
  const image = new docker.Image(
    name,
    {
      imageName: pulumi.interpolate`${registry}/${repository}:${tag}`,
      build: {
        context,
        dockerfile: `${context}/Dockerfile`,
        args: { ...buildArgs },
        platform,
        // Nothing here needs BuildKit, and every Docker daemon has the classic builder.
        builderVersion: docker.BuilderVersion.BuilderV1,
      },
    },
    // The images that it is built on may have to be pulled first.
    { customTimeouts: { create: "5m", update: "5m" }, ...opts },
  );
  return image.repoDigest;
}

/** Last part of the name of the probe's repository. */
export const PROBE_REPOSITORY = "istio-idle-timeout-probe";
