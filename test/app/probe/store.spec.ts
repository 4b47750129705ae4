import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { RunStore } from "../../../app/probe/store.ts";
import type { StoredRun } from "../../../app/probe/store.ts";

describe("RunStore", () => {
  let directory: string;
  let store: RunStore;
  let unreadable: string[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "store-"));
    store = new RunStore(directory);
    unreadable = [];
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  function stored(run: string, error: string): StoredRun {
    return {
      spec: { run, observeMs: 1000, connections: 1, repetitions: 1, tests: [] },
      status: { state: "failed", error },
    };
  }

  function load(): Promise<StoredRun[]> {
    return store.load((file) => unreadable.push(file));
  }

  it("reads runs back in the order of their names", async () => {
    await store.save(stored("b", "1"));
    await store.save(stored("a", "2"));
    assert.deepEqual(await load(), [stored("a", "2"), stored("b", "1")]);
    assert.deepEqual(unreadable, []);
  });

  it("ends with the state that was saved last, however many are under way", async () => {
    const states = Array.from({ length: 20 }, (_none, nth) => stored("r1", String(nth)));
    for (const state of states) {
      void store.save(state);
    }
    await store.flush();
    const text = await readFile(join(directory, "r1.json"), "utf8");
    assert.deepEqual(JSON.parse(text), stored("r1", "19"));
    assert.deepEqual(await readdir(directory), ["r1.json"]);
  });

  it("reads neither half-written files nor anything but runs, and tells of broken ones", async () => {
    await store.save(stored("r1", "1"));
    await writeFile(join(directory, "r2.json"), "{");
    await writeFile(join(directory, "r3.json.tmp"), "{");
    await writeFile(join(directory, "probe.sock"), "");
    assert.deepEqual(await load(), [stored("r1", "1")]);
    assert.deepEqual(unreadable, ["r2.json"]);
  });

  it("saves again after a save that failed", async () => {
    const gone = new RunStore(join(directory, "later"));
    await assert.rejects(gone.save(stored("r1", "1")), { code: "ENOENT" });
    await gone.flush();
    await mkdir(join(directory, "later"));
    await gone.save(stored("r1", "2"));
    assert.deepEqual(await gone.load(() => undefined), [stored("r1", "2")]);
  });
});
