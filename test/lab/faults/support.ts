import assert from "node:assert/strict";
import { labCommand } from "../../e2e/labProcess.ts";
import type { Ended } from "../../e2e/labProcess.ts";
import { hostState } from "../../e2e/traces.ts";
import { takeBuiltResults } from "./results.ts";

export const LAB = "faults";

/** For what takes two. */
export const OTHER = "faults2";

// Whatever failed, no lab stays when all specs have ended.
after(async () => {
  await Promise.all([LAB, OTHER].map((lab) => succeeds("down", lab)));
});

/** Runs a command of the lab that has to end well. */
export async function succeeds(command: string, lab: string): Promise<Ended> {
  const ended = await labCommand(command, lab);
  assert.equal(ended.code, 0, `lab ${command} --name ${lab}: ${ended.stdout}${ended.stderr}`);
  return ended;
}

/** What there is on the host while a lab is down, to be compared with later. */
export class Untouched {
  private constructor(
    private readonly lab: string,
    private readonly state: Record<string, string[]>,
  ) {}

  /** Takes down what a run that was killed has left of the lab, and all results are built. */
  static async before(lab: string): Promise<Untouched> {
    await succeeds("down", lab);
    await takeBuiltResults();
    const state = await hostState(lab);
    assert.deepEqual(state.processes, []);
    assert.deepEqual(state.files, []);
    return new Untouched(lab, state);
  }

  async assertStill(): Promise<void> {
    assert.deepEqual(await hostState(this.lab), this.state);
  }
}
