import type { Operation } from "../../shared/provider.ts";
import { packContext, readContext } from "./context.ts";
import { findImage } from "../daemon.ts";
import type { Daemon } from "../daemon.ts";
import type { ImageInputs } from "./inputs.ts";
import { followProgress } from "./progress.ts";
import { parseReference, pinnedName } from "../reference.ts";

/** @returns the id of the image */
export async function build(
  { client }: Daemon,
  { imageName, build: { context, dockerfile, platform, args, target } }: ImageInputs,
  operation: Operation,
  signal: AbortSignal,
): Promise<string> {
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
      target,
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
  return imageId;
}

/** @returns the pushed image's name with its digest */
export async function push(
  daemon: Daemon,
  { imageName, registry = {} }: ImageInputs,
  operation: Operation,
  signal: AbortSignal,
): Promise<string> {
  operation.status("Pushing Image to the registry");
  const reference = parseReference(imageName);
  const { username, password } = registry;
  const login = username && password ? { username, password } : undefined;
  const response = await daemon.client.stream({
    method: "POST",
    path: `/images/${reference.registry}/${reference.path}/push`,
    query: { tag: reference.tag ?? "latest" },
    headers: daemon.credentials.header(reference.registry, login),
    signal,
  });
  const { digest } = await followProgress(response, operation.status);
  if (digest !== undefined) {
    return pinnedName(reference, digest);
  }
  const repository = `${reference.registry}/${reference.path}@`;
  const image = await findImage(daemon, imageName, signal);
  const known = image?.repoDigests.find((name) => name.startsWith(repository));
  if (known === undefined) {
    throw new Error(`the push of ${imageName} reported no digest`);
  }
  return known;
}
