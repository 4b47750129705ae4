import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isLock, lockHolder, removeLeftLock, takeLock } from "../../../lab/base/lock.ts";
import type { Lock } from "../../../lab/base/lock.ts";

describe("locks of the lab", () => {
  let dir: string;
  let file: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "lock-"));
    file = join(dir, "locks", "mine");
  });

  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  const take = (doing: string): Lock => {
    const lock = takeLock(file, doing);
    assert.ok(isLock(lock));
    return lock;
  };

  it("are held by one, and tell the other who it is", () => {
    const lock = take("up");
    const second = takeLock(file, "down");
    assert.ok(!isLock(second));
    assert.equal(second.pid, process.pid);
    assert.equal(second.doing, "up");
    assert.deepEqual(lockHolder(file), second);
    lock.release();
  });

  it("are free, and leave no file, once they are given back", () => {
    take("up").release();
    assert.equal(existsSync(file), false);
    assert.equal(lockHolder(file), undefined);
    take("down").release();
  });

  /** A process that holds the lock. */
  const otherHolder = async (): Promise<ChildProcess> => {
    const script = `
      require("tsx/cjs/api").register();
      const { takeLock } = require(${JSON.stringify(resolve("lab/base/lock.ts"))});
      takeLock(${JSON.stringify(file)}, "up");
      console.log("taken");
      setInterval(() => undefined, 1000);`;
    const holder = spawn(process.execPath, ["-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    return holder;
  };

  it("are free as soon as their holder was killed", async () => {
    const holder = await otherHolder();
    assert.equal(lockHolder(file)?.pid, holder.pid);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    assert.equal(lockHolder(file), undefined);
    take("up").release();
  });

  it("whose holder was killed leave a file, which is removed on demand", async () => {
    const holder = await otherHolder();
    removeLeftLock(file);
    assert.equal(lockHolder(file)?.pid, holder.pid);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    assert.equal(existsSync(file), true);
    removeLeftLock(file);
    assert.equal(existsSync(file), false);
    removeLeftLock(file);
  });
});
