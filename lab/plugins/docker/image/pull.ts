import { messageOf } from "../../shared/errors.ts";
import { isStatus } from "../client.ts";
import type { DockerClient } from "../client.ts";
import { loginHeader } from "../login.ts";
import { followProgress } from "./progress.ts";
import { parseReference } from "./reference.ts";

export interface ImageSummary {
  /** `sha256:...` of the image's configuration. */
  id: string;
  /** Names with a digest under which registries know the image. */
  repoDigests: string[];
}

/** @returns undefined if the daemon doesn't have the image */
export async function findImage(
  client: DockerClient,
  name: string,
  signal: AbortSignal,
): Promise<ImageSummary | undefined> {
  try {
    const found = await client.json({ method: "GET", path: `/images/${name}/json`, signal });
    const { Id, RepoDigests } = found as { Id: string; RepoDigests: string[] | null };
    return { id: Id, repoDigests: RepoDigests ?? [] };
  } catch (error) {
    if (isStatus(error, 404)) {
      return undefined;
    }
    throw error;
  }
}

/** Finds the image, and pulls it if the daemon doesn't have it. */
export async function ensureImage(
  client: DockerClient,
  name: string,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<ImageSummary> {
  const present = await findImage(client, name, signal);
  if (present) {
    return present;
  }
  const reference = parseReference(name);
  try {
    const response = await client.stream({
      method: "POST",
      path: "/images/create",
      query: {
        fromImage: `${reference.qualified ? `${reference.registry}/` : ""}${reference.path}`,
        tag: reference.digest ?? reference.tag ?? "latest",
      },
      headers: loginHeader(reference.registry),
      signal,
    });
    await followProgress(response, onText);
  } catch (error) {
    throw new Error(`unable to find or pull image ${name}: ${messageOf(error)}`, { cause: error });
  }
  const pulled = await findImage(client, name, signal);
  if (!pulled) {
    throw new Error(`unable to find or pull image ${name}`);
  }
  return pulled;
}
