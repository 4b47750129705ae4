/**
 * What `cli/runState` says of a run:
 * - `attended`: it is not there yet, or nobody but the client that waits for it has to care,
 * - `running`: a client left it to itself, and it goes on for `leftMs` at most,
 * - `over`: a client left it to itself, and nothing more is to come of it.
 */
export type RunState =
  { state: "attended" } | { state: "running"; leftMs: number } | { state: "over" };

export function formatRunState(state: RunState): string {
  return JSON.stringify(state);
}

/** Reads what {@link formatRunState} made. */
export function parseRunState(text: string): RunState {
  return JSON.parse(text) as RunState;
}
