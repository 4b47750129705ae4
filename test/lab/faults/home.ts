import { rmSync } from "node:fs";
import { labHome } from "../../../lab/base/paths.ts";

/** Lab home that people use on this machine. */
export const USUAL_HOME = (process.env.IDLE_TIMEOUT_USUAL_LAB_HOME ??= labHome());

/**
 * Home of the labs that get faults, where results can be taken away and purged. It stands beside the usual one, on
 * the same file system.
 */
export const HOME = `${USUAL_HOME}-faults`;

// Mocha loads this file before the specs: they, and the commands that they start, have that home.
process.env.IDLE_TIMEOUT_LAB_HOME = HOME;

export function mochaGlobalTeardown(): void {
  rmSync(HOME, { recursive: true, force: true });
}
