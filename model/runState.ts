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
 * - `attended`: it does not exist yet, or a client waits for it,
 * - `running`: no client waits for it, and it continues for at most `leftMs`,
 * - `over`: no client waits for it, and it has ended.
 */
export type RunState = v.InferOutput<typeof runStateSchema>;

export function formatRunState(state: RunState): string {
  return JSON.stringify(state);
}

/**
 * Reads a text that {@link formatRunState} wrote.
 *
 * @throws RecordError
 */
export function parseRunState(text: string): RunState {
  return readJson(text, runStateSchema);
}
