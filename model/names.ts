import { digest } from "./digest.ts";
import { DEFAULT_PATH } from "./remedy.ts";
import type { Path } from "./remedy.ts";

/** Longest DNS label (RFC 1123), so the limit for namespaces. */
const MAX_LENGTH = 63;
const DIGEST_LENGTH = 8;

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const ENDS_LIKE_A_DIGEST = /-[0-9a-f]{8}$/;

/**
 * The name of something outside the stack's own namespace: a DNS label that carries project, stack and
 * what it is for, so that stacks side by side never meet.
 *
 * Parts that make a label as they stand are only joined: `istio-idle-timeout-10s`. Where characters had
 * to be replaced or the end cut off, a digest of the parts keeps apart what would look alike (`Dev` and
 * `dev`), as it does for names that already look as if they had one.
 *
 * @param parts project, stack (as the user wrote it, `organization/project/stack` too) and a purpose.
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
 * The namespace of a stack, a DNS label. Each path has one of its own: a ServiceEntry holds for every
 * sidecar in its namespace, and Pulumi deletes what a stack does not declare any more only after the next
 * measurement.
 */
export function stackNamespace(project: string, stack: string, path: Path): string {
  return path === DEFAULT_PATH
    ? scopedName(project, stack)
    : scopedName(project, stack, "service-entry");
}
