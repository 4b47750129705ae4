import { LabError } from "../base/errors.ts";
import { askAll } from "./health.ts";
import type { Answer } from "./health.ts";
import { nodeState } from "./node.ts";
import type { LabPaths } from "../base/paths.ts";
import { readServices } from "./serviceStates.ts";

/** Limit for a lab to recover from a crash, in ms; pods take the longest. */
const HEAL_LIMIT_MS = 120_000;

/** Waits until every part of the lab works. After a crash that takes a while. */
export async function awaitAnswers(name: string, paths: LabPaths): Promise<void> {
  let told = "";
  for (const since = Date.now(); ;) {
    const answers = await askAll(name, nodeState(name).nodeAddress, paths);
    const stopped: Answer[] = readServices(paths)
      .filter(({ running }) => !running)
      .map(({ name: of, lastExit = "" }) => ({ of, ok: false, says: `stopped, ${lastExit}` }));
    const failing = [...stopped, ...answers.filter(({ ok }) => !ok)];
    if (failing.length === 0) {
      return;
    }
    const lines = failing.map(({ of, says }) => `  ${of}: ${says}`);
    if (Date.now() - since > HEAL_LIMIT_MS) {
      throw new LabError(
        `Lab ${name} is up, but these parts still do not work after ${HEAL_LIMIT_MS / 1_000} s:\n` +
          `${lines.join("\n")}\nRead their logs: npm run lab -- logs --name ${name}\n` +
          `Or start afresh: npm run lab -- down --name ${name}, then up`,
      );
    }
    const names = [...new Set(failing.map(({ of }) => of))].join(", ");
    if (names !== told) {
      console.error(`  waiting for ${names} ...`);
    }
    told = names;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
