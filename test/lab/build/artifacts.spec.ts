import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { artifact, cacheEntries, removeAbandoned } from "../../../lab/build/artifacts.ts";
import type { ArtifactDefinition } from "../../../lab/build/artifacts.ts";
import { projectDir } from "../../../lab/base/paths.ts";
import { startTime } from "../../../lab/base/processes.ts";

describe("built results of the lab", () => {
  let home: string;
  const before_ = process.env.IDLE_TIMEOUT_LAB_HOME;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "artifacts-"));
    process.env.IDLE_TIMEOUT_LAB_HOME = home;
  });

  afterEach(() => {
    if (before_ === undefined) {
      delete process.env.IDLE_TIMEOUT_LAB_HOME;
    } else {
      process.env.IDLE_TIMEOUT_LAB_HOME = before_;
    }
    rmSync(home, { recursive: true });
  });

  const define = (given: Partial<ArtifactDefinition> = {}) =>
    artifact({
      name: "thing",
      title: "A thing",
      typicalSeconds: 1,
      megabytes: 1,
      bound: "other",
      inputs: { version: 1 },
      build: (dir) => {
        writeFileSync(join(dir, "file"), "content");
        return Promise.resolve();
      },
      ...given,
    });

  it("are there whole after their step, and not to be built again", async () => {
    const thing = define();
    assert.equal(thing.step.done?.(), false);
    await thing.step.run("/dev/null");
    assert.equal(readFileSync(join(thing.dir, "file"), "utf8"), "content");
    assert.equal(define().step.done?.(), true);
  });

  it("are not there after a failed build, and leave nothing behind", async () => {
    const thing = define({
      build: (dir) => {
        writeFileSync(join(dir, "half"), "");
        return Promise.reject(new Error("compiler error"));
      },
    });
    await assert.rejects(thing.step.run("/dev/null"), { message: "compiler error" });
    assert.equal(existsSync(thing.dir), false);
    assert.deepEqual(readdirSync(join(home, "cache")), []);
  });

  it("of a build that was killed are removed, and those of one that runs are left", () => {
    const thing = define();
    const { pid } = spawnSync("true");
    const mine = `${thing.dir}.unfinished-${process.pid}-${startTime(process.pid)!}`;
    // The second one is of a process whose id this one has got again.
    for (const dir of [
      `${thing.dir}.unfinished-${pid}-1`,
      `${thing.dir}.unfinished-${process.pid}-1`,
      mine,
    ]) {
      mkdirSync(dir, { recursive: true });
    }
    removeAbandoned();
    assert.deepEqual(cacheEntries(), [basename(mine)]);
  });

  it("have another key for other inputs and for results made from another one", () => {
    const one = define();
    const two = define({ inputs: { version: 2 } });
    assert.notEqual(one.key, two.key);
    assert.equal(define().key, one.key);
    assert.notEqual(define({ from: [one] }).key, define({ from: [two] }).key);
  });

  it("have another key for other code, and not for other comments, types or layout", () => {
    const file = join(home, "source.ts");
    const keyOf = (text: string): string => {
      writeFileSync(file, text);
      return define({ sources: [relative(projectDir, file)] }).key;
    };
    const key = keyOf("export const script = `\n# a comment of the shell\n`;\n");
    const better =
      "/** Says what it is. */\nexport const script: string =\n  `\n# a comment of the shell\n`;\n";
    assert.equal(keyOf(better), key);
    assert.notEqual(keyOf("export const script = `\n# another\n`;\n"), key);
  });

  it("have another key for each content of their sources", () => {
    assert.notEqual(
      define({ sources: ["lab/pause"] }).key,
      define({ sources: ["lab/go/node"] }).key,
    );
  });
});
