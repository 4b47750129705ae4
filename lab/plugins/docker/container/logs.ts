import type { DockerClient } from "../client.ts";

const LINES_SHOWN = "10";

/** Size of the header of each frame in which a container without a terminal sends its output. */
const FRAME_HEADER_BYTES = 8;

/** Returns the last lines that a container wrote, to be put behind a message; empty if there are none. */
export async function logTail(
  client: DockerClient,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  const query = { stdout: "1", stderr: "1", tail: LINES_SHOWN };
  try {
    const path = `/containers/${id}/logs`;
    const response = await client.stream({ method: "GET", path, query, signal });
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
    }
    const text = unframed(Buffer.concat(chunks)).trim();
    return text === "" ? "" : `; its last lines:\n${text}`;
  } catch {
    return ""; // The failure itself matters more than what can't be added to it.
  }
}

function unframed(stream: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + FRAME_HEADER_BYTES <= stream.length;) {
    const size = stream.readUInt32BE(at + 4);
    parts.push(stream.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + size));
    at += FRAME_HEADER_BYTES + size;
  }
  return Buffer.concat(parts).toString();
}
