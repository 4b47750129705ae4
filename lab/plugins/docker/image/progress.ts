import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";

/** One line of the stream by which the daemon answers builds, pulls and pushes. */
interface ProgressMessage {
  id?: string;
  status?: string;
  stream?: string;
  error?: string;
  errorDetail?: { message?: string };
  /** The result of a build (`ID`) or a push (`Digest`). */
  aux?: { ID?: string; Digest?: string };
}

/**
 * Follows a progress stream to its end.
 *
 * @param onText called with every line for people, without progress bars
 * @returns the results the daemon reported
 * @throws Error with the daemon's own words: a failure comes in the stream, after a status of 200
 */
export async function followProgress(
  response: IncomingMessage,
  onText: (text: string) => void,
): Promise<{ imageId?: string; digest?: string }> {
  const result: { imageId?: string; digest?: string } = {};
  for await (const line of createInterface({ input: response })) {
    if (line.trim() === "") {
      continue;
    }
    const message = JSON.parse(line) as ProgressMessage & { progress?: string };
    const error = message.errorDetail?.message ?? message.error;
    if (error !== undefined) {
      throw new Error(error);
    }
    if (message.aux?.ID) {
      result.imageId = message.aux.ID;
    }
    if (message.aux?.Digest) {
      result.digest = message.aux.Digest;
    }
    const text = message.stream ?? (message.progress ? undefined : statusText(message));
    if (text?.trim()) {
      onText(text.trim());
    }
  }
  return result;
}

function statusText({ id, status }: ProgressMessage): string | undefined {
  return id && status ? `${id}: ${status}` : status;
}
