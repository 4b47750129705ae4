import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contextDigest } from "./contextDigest.ts";

export interface ContentImageArgs {
  /** Last part of the repository's name. */
  repository: string;
  /** Folder of Dockerfile and sources, relative to the project. */
  context: string;
  /** Where the image is pushed to: `host[:port][/path]`. */
  registry: string;
  /** Values of the Dockerfile's arguments. */
  buildArgs: Readonly<Record<string, pulumi.Input<string>>>;
  /** `os/arch` of the cluster's nodes; undefined is the machine that builds. */
  platform: string | undefined;
}

/**
 * An image built and pushed under the digest of its content: stacks with equal content share one image,
 * and changed content never hides behind an old tag. Destroying a stack leaves the image where it is,
 * since others may use it.
 *
 * @returns `repository@sha256:...` of what was pushed; by this, not by its tag, it is to be deployed.
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
    // What it is built on may have to be pulled first.
    { customTimeouts: { create: "5m", update: "5m" }, ...opts },
  );
  return image.repoDigest;
}

/** Last part of the name of the repository with the probe's image. */
export const PROBE_REPOSITORY = "istio-idle-timeout-probe";
