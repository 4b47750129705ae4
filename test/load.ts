import type { Load } from "../model/modes.ts";

/** One silent connection, held once, as a stack has it that sets nothing else. */
export const DEFAULT_LOAD: Load = { modes: ["silent"], connections: 1, repetitions: 1 };
