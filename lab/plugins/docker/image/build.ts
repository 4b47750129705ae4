import type { Operation } from "../../shared/provider.ts";
import type { DockerClient } from "../client.ts";
import { loginHeader } from "../login.ts";
import { packContext, readContext } from "./context.ts";
import type { ImageInputs } from "./inputs.ts";
import { followProgress } from "./progress.ts";
import { findImage } from "./pull.ts";
import { parseReference, pinnedName } from "./reference.ts";

/** Builds the image and tags it in the daemon. */
export async function build(
  client: DockerClient,
  { imageName, build: { context, dockerfile, platform, args } }: ImageInputs,
  operation: Operation,
  signal: AbortSignal,
): Promise<void> {
  operation.status("Starting Docker build");
  const buildContext = readContext(context, dockerfile);
  const response = await client.stream({
    method: "POST",
    path: "/build",
    query: {
      version: "1",
      t: imageName,
      dockerfile: buildContext.dockerfile,
      platform,
      buildargs: args && JSON.stringify(args),
    },
    headers: { "content-type": "application/x-tar" },
    body: packContext(buildContext, signal),
    signal,
  });
  const { imageId } = await followProgress(response, operation.status);
  if (imageId === undefined) {
    throw new Error("no image id found in build output");
  }
}

/** @returns the pushed image's name with its digest */
export async function push(
  client: DockerClient,
  { imageName }: ImageInputs,
  operation: Operation,
  signal: AbortSignal,
): Promise<string> {
  operation.status("Pushing Image to the registry");
  const reference = parseReference(imageName);
  const response = await client.stream({
    method: "POST",
    path: `/images/${reference.registry}/${reference.path}/push`,
    query: { tag: reference.tag ?? "latest" },
    headers: loginHeader(reference.registry),
    signal,
  });
  const { digest } = await followProgress(response, operation.status);
  if (digest !== undefined) {
    return pinnedName(reference, digest);
  }
  const repository = `${reference.registry}/${reference.path}@`;
  const image = await findImage(client, imageName, signal);
  const known = image?.repoDigests.find((name) => name.startsWith(repository));
  if (known === undefined) {
    throw new Error(`the push of ${imageName} reported no digest`);
  }
  return known;
}
