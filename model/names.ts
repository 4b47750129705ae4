import { digest } from "./digest.ts";
import { DEFAULT_PATH } from "./remedy.ts";
import type { Path } from "./remedy.ts";

/** Length of the longest DNS label (RFC 1123), and so of a namespace's name. */
const MAX_LENGTH = 63;
const DIGEST_LENGTH = 8;

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const ENDS_LIKE_A_DIGEST = /-[0-9a-f]{8}$/;

/**
 * Names an object outside the stack's own namespace: the name is a DNS label that carries project, stack and purpose, so
 * that stacks side by side never collide.
 *
 * Parts that make a label as they are are only joined: `istio-idle-timeout-10s`. If characters have to be replaced or the
 * end cut off, a digest of the parts tells apart what would look alike (`Dev` and `dev`). Names that end like a digest
 * get one too.
 *
 * @param parts project, stack (as the user wrote it, `organization/project/stack` too) and purpose.
 */
export function scopedName(...parts: [string, ...string[]]): string {
  const joined = parts.join("-");
  if (joined.length <= MAX_LENGTH && LABEL.test(joined) && !ENDS_LIKE_A_DIGEST.test(joined)) {
    return joined;
  }
  const readable = joined
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_LENGTH - DIGEST_LENGTH - 1)
    .replace(/^-+|-+$/g, "");
  const suffix = digest(JSON.stringify(parts), DIGEST_LENGTH);
  return `${readable || "stack"}-${suffix}`;
}

/**
 * Names the namespace of a stack. Each path has a namespace of its own: a ServiceEntry applies to every sidecar in its
 * namespace, and Pulumi deletes what a stack no longer declares only after the next measurement.
 */
export function stackNamespace(project: string, stack: string, path: Path): string {
  return path === DEFAULT_PATH
    ? scopedName(project, stack)
    : scopedName(project, stack, "service-entry");
}
