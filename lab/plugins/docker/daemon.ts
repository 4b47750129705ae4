import { messageOf } from "../shared/errors.ts";
import { isStatus } from "./client.ts";
import type { DockerClient } from "./client.ts";
import type { Credentials } from "./credentials.ts";
import { followProgress } from "./image/progress.ts";
import { parseReference } from "./reference.ts";

/** The daemon a provider is configured for. */
export interface Daemon {
  client: DockerClient;
  credentials: Credentials;
}

export interface ImageSummary {
  /** `sha256:...` of the image's configuration. */
  id: string;
  /** The names with digest under which registries know it. */
  repoDigests: string[];
}

/** @returns undefined if the daemon doesn't have the image */
export async function findImage(
  { client }: Daemon,
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

/** The image, pulled if the daemon doesn't have it. */
export async function ensureImage(
  daemon: Daemon,
  name: string,
  platform: string | undefined,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<ImageSummary> {
  const present = await findImage(daemon, name, signal);
  if (present) {
    return present;
  }
  const reference = parseReference(name);
  try {
    const response = await daemon.client.stream({
      method: "POST",
      path: "/images/create",
      query: {
        fromImage: `${reference.qualified ? `${reference.registry}/` : ""}${reference.path}`,
        tag: reference.digest ?? reference.tag ?? "latest",
        platform,
      },
      headers: daemon.credentials.header(reference.registry),
      signal,
    });
    await followProgress(response, onText);
  } catch (error) {
    throw new Error(`unable to find or pull image ${name}: ${messageOf(error)}`, { cause: error });
  }
  const pulled = await findImage(daemon, name, signal);
  if (!pulled) {
    throw new Error(`unable to find or pull image ${name}`);
  }
  return pulled;
}
