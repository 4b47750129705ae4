import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAB, OTHER, Untouched, succeeds } from "./support.ts";
import { cacheEntries } from "../../../lab/build/artifacts.ts";
import { exec } from "../../../lab/base/exec.ts";
import { cacheDir, labPaths } from "../../../lab/base/paths.ts";
import { labCommand, LabProcess, process1 } from "../../e2e/labProcess.ts";
import { HOME } from "./home.ts";
import { assertWorks } from "./works.ts";

describe("`lab purge`", () => {
  let untouched: Untouched;

  before(async () => {
    untouched = await Untouched.before(LAB);
    await Untouched.before(OTHER);
  });

  it("gives back what no running lab uses, and leaves alone what one does", async () => {
    await Promise.all([LAB, OTHER].map((lab) => succeeds("up", lab)));
    process.kill(process1(OTHER), "SIGKILL");
    const old = join(cacheDir(), "kubernetes-of-another-version");
    mkdirSync(old);
    writeFileSync(join(old, "file"), Buffer.alloc(50_000_000, 1));
    const before = await homeMegabytes();

    const { stdout } = await succeeds("purge", LAB);
    assert.match(
      stdout,
      /^Freed \d+ MB: 1 labs, 1 results\.\nKept the running lab faults and what it uses /,
    );
    assert.equal(existsSync(old), false);
    assert.equal(existsSync(labPaths(OTHER).root), false);
    assertFreed(stdout, before - (await homeMegabytes()));

    await succeeds("status", LAB);
    await assertWorks(LAB);
  });

  it("is refused while a lab is worked on, as `down` and another `up` are", async () => {
    await succeeds("down", LAB);
    const up = new LabProcess(["up", "--name", LAB]);
    await up.reaches("Kubernetes node Ready ...");
    for (const command of ["purge", "down", "up"]) {
      const { code, stderr } = await labCommand(command, LAB);
      assert.equal(code, 1);
      assert.match(
        stderr,
        new RegExp(`^${command}: Lab faults: \`up\` is at work, process ${up.pid}\\b`),
      );
    }
    const { stdout } = await labCommand("status", LAB);
    assert.match(stdout, new RegExp(`^  \`up\` is at work: process ${up.pid} since `, "m"));
    assert.equal((await up.ended()).code, 0);
  });

  it("gives everything back once the labs are down", async () => {
    await succeeds("down", LAB);
    await untouched.assertStill();
    const before = await homeMegabytes();
    const { stdout } = await succeeds("purge", LAB);
    assertFreed(stdout, before - (await homeMegabytes()));
    assert.deepEqual(cacheEntries(), []);
    assert.ok((await homeMegabytes()) <= 1);
  });
});

async function homeMegabytes(): Promise<number> {
  return Number((await exec("du", ["-sm", HOME])).split("\t")[0]);
}

/** What is said was freed was: to a megabyte for each folder, each rounded up by itself. */
function assertFreed(said: string, megabytes: number): void {
  const freed = Number(/^Freed (\d+) MB/.exec(said)?.[1]);
  const apart = Math.abs(freed - megabytes);
  assert.ok(apart <= 30, `said ${freed} MB, but it was ${megabytes} MB`);
}
