import { rmSync } from "node:fs";
import { removeLeftovers, removeRun } from "./outside.ts";
import { endRunning } from "./testStack.ts";
import { makeWorkspace, runFolder } from "./workspace.ts";

/** Of every process that runs cases: mocha runs two files of them at a time. */
export const mochaHooks = {
  beforeAll: makeWorkspace,

  async afterEach(): Promise<void> {
    await endRunning();
    await removeLeftovers();
  },
};

/** Once, in the process that started the others, when those have ended. */
export async function mochaGlobalTeardown(): Promise<void> {
  await removeRun();
  rmSync(runFolder, { recursive: true, force: true });
}
