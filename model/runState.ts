import * as v from "valibot";

import { durationMs } from "./schema/fields.ts";
import { readJson } from "./schema/read.ts";

const runStateSchema = v.variant("state", [
  v.object({ state: v.literal("attended") }),
  v.object({ state: v.literal("running"), leftMs: durationMs }),
  v.object({ state: v.literal("over") }),
]);

/**
 * State of a run, as `cli/runState` tells it:
 * - `attended`: it is not there yet, or nobody but the client that waits for it has to care,
 * - `running`: a client left it to itself, and it goes on for `leftMs` at most,
 * - `over`: a client left it to itself, and nothing more is to come of it.
 */
export type RunState = v.InferOutput<typeof runStateSchema>;

export function formatRunState(state: RunState): string {
  return JSON.stringify(state);
}

/**
 * Reads what {@link formatRunState} made.
 *
 * @throws RecordError
 */
export function parseRunState(text: string): RunState {
  return readJson(text, runStateSchema);
}
