import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followLogFor } from "../../../cli/cluster/followLog.ts";

describe("a log that is followed", () => {
  let directory: string;
  let program: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "kubectl-"));
    program = join(directory, "kubectl");
  });

  afterEach(() => rm(directory, { recursive: true }));

  async function follow(script: string, signal = new AbortController().signal) {
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    const lines: string[] = [];
    const followLog = followLogFor({ namespace: "shop", context: "kind", program });
    const ended = followLog(["web", "--tail", "1"], (line) => lines.push(line), signal);
    return { lines, ended };
  }

  it("hands over each line, the last one too, until kubectl ends, however", async () => {
    const { lines, ended } = await follow(`printf '%s\\n' "$@"; printf 'no newline'; exit 1`);
    await ended;
    assert.deepEqual(lines, [
      ...["--namespace", "shop", "--context", "kind", "logs", "--follow"],
      ...["web", "--tail", "1", "no newline"],
    ]);
  });

  it("ends when it is told to", async () => {
    const over = new AbortController();
    const { lines, ended } = await follow("echo a; exec sleep 1000", over.signal);
    setImmediate(function wait() {
      if (lines.length === 0) {
        setImmediate(wait);
      } else {
        over.abort();
      }
    });
    await ended;
    assert.deepEqual(lines, ["a"]);
  });

  it("ends at once where kubectl is missing", async () => {
    const missing = followLogFor({ program: join(directory, "missing") });
    await missing([], () => assert.fail(), new AbortController().signal);
  });
});
