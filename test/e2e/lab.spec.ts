import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../../lab/exec";
import { down, environment, status, up } from "../../lab/lab";
import { findNode } from "../../lab/node";
import { labPaths } from "../../lab/paths";

/** A lab of this test's own, beside the one that the other tests use. */
const NAME = "traces";

/** All that a lab could leave on the host. Processes: the ones that look like a part of a lab. */
async function hostState(): Promise<Record<string, string[]>> {
  const lines = (text: string): string[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .sort();
  // Counters and times are no traces.
  const rules = lines(
    await exec("sh", ["-c", "command -v iptables-save >/dev/null && iptables-save || true"]),
  )
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.replace(/\[\d+:\d+\]/, ""));
  return {
    links: readdirSync("/sys/class/net").sort(),
    addresses: lines(await exec("ip", ["-oneline", "address"])).map((line) =>
      line.replace(/valid_lft.*/, ""),
    ),
    routes: lines(await exec("ip", ["route"])),
    mounts: lines(readFileSync("/proc/mounts", "utf8")),
    rules,
    namespaces: lines(await exec("ip", ["netns"])),
    cgroups: lines(await exec("find", ["/sys/fs/cgroup", "-maxdepth", "2", "-type", "d"])),
    processes: processesOf(labPaths(NAME).root),
  };
}

/** Processes whose command line, root folder or mount table names the lab. */
function processesOf(root: string): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid))
    .flatMap((pid) => {
      try {
        const mounts = readFileSync(join("/proc", pid, "mountinfo"), "utf8");
        return mounts.includes(root) ? [readFileSync(join("/proc", pid, "cmdline"), "utf8")] : [];
      } catch {
        return []; // it ended meanwhile
      }
    });
}

describe("a lab", () => {
  after(() => down(NAME));

  it("comes up beside another one and tells that all of it runs", async () => {
    const before = await hostState();
    assert.deepEqual(before.processes, []);
    await up(NAME);
    assert.equal(await status(NAME), true);
    const pods = await exec("kubectl", ["get", "nodes", "-o=name"], { env: environment(NAME) });
    assert.equal(pods.trim(), `node/${NAME}`);
    assert.notDeepEqual((await hostState()).processes, []);
    assert.equal(findNode(NAME, labPaths(NAME)).is, "running");

    await down(NAME);
    assert.deepEqual(await hostState(), before);
    assert.equal(findNode(NAME, labPaths(NAME)).is, "absent");
  });
});
