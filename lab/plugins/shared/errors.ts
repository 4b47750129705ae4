import type { PropertyMap } from "./value.ts";

/**
 * The object exists but isn't as asked for: its rollout failed, or it wasn't ready in time. The engine keeps it in
 * its state with `reasons` and tries to repair it with the next update.
 */
export class InitializationFailed extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly properties: PropertyMap,
    readonly reasons: string[],
    /** Inputs as a read found them; absent after a create or an update. */
    readonly inputs?: PropertyMap,
  ) {
    super(message);
  }
}

/** The time that `customTimeouts` or a default gave to an operation is over. */
export class TimedOut extends Error {
  constructor(readonly timeoutMs: number) {
    super(`timed out after ${timeoutMs / 1000}s`);
  }
}

/** The engine asked the plugin to stop what it is doing. */
export class Cancelled extends Error {
  constructor() {
    super("cancelled");
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
