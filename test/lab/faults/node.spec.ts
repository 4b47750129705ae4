import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LAB, OTHER, Untouched, succeeds } from "./support.ts";
import { cgroupHost, processesIn, removeCgroups } from "../../../lab/machine/cgroups.ts";
import { exec } from "../../../lab/base/exec.ts";
import { environment } from "../../../lab/commands/lab.ts";
import { linkName } from "../../../lab/machine/network.ts";
import { cgroupName } from "../../../lab/node/identity.ts";
import { nodeState } from "../../../lab/node/node.ts";
import { eventually } from "../../../lab/base/wait.ts";
import { LabProcess, labCommand, process1 } from "../../e2e/labProcess.ts";
import { note, secondsSince } from "./measured.ts";
import { assertWorks } from "./works.ts";

describe("a node that has ended", () => {
  let untouched: Untouched;

  before(async () => {
    untouched = await Untouched.before(LAB);
    await succeeds("up", LAB);
  });

  const killNode = async (): Promise<void> => {
    process.kill(process1(LAB), "SIGKILL");
    const ended = (): boolean => processesIn(cgroupName(LAB), cgroupHost()).length === 0;
    await eventually("all its processes have ended", ended);
  };
  const assertToldAndHealed = async (killed: string): Promise<void> => {
    const since = performance.now();
    const told = await labCommand("status", LAB);
    assert.equal(told.code, 1);
    assert.match(
      told.stdout,
      /^Lab faults: its node has ended \(crash or reboot\)\. Start a new one/,
    );
    const up = await succeeds("up", LAB);
    assert.match(up.stderr, /its node has ended \(crash or reboot\); starting a new one\./);
    await assertWorks(LAB);
    const worked = secondsSince(since);
    await succeeds("status", LAB);
    const status = /its node has ended \(crash or reboot\)/.exec(told.stdout)![0];
    note({ killed, status, worked, up: up.seconds });
  };

  it("by kill -9 of its process 1 is told so, and healed by `up`", async () => {
    await killNode();
    await assertToldAndHealed("process 1 of the node");
  });

  it("by a reboot of the host, of which only files are left, is told so and healed by `up`", async () => {
    await killNode();
    await removeCgroups(cgroupName(LAB), cgroupHost());
    // Otherwise it stays until the kernel gives up on the last connections, a minute or two.
    await exec("ip", ["link", "delete", linkName(LAB)]);
    await assertToldAndHealed("everything, as by a reboot of the host");
  });

  it("leaves nothing after `down`", async () => {
    await killNode();
    await succeeds("down", LAB);
    await untouched.assertStill();
  });
});

describe("two labs side by side", () => {
  const untouched = new Map<string, Untouched>();

  before(async () => {
    for (const lab of [LAB, OTHER]) {
      untouched.set(lab, await Untouched.before(lab));
    }
    await Promise.all([LAB, OTHER].map((lab) => succeeds("up", lab)));
  });

  it("come up at the same time, at addresses of their own, and work", async () => {
    const [one, two] = [LAB, OTHER].map((lab) => nodeState(lab).nodeAddress);
    assert.notEqual(one, two);
    for (const lab of [LAB, OTHER]) {
      const nodes = await exec("kubectl", ["get", "nodes", "-o=name"], { env: environment(lab) });
      assert.equal(nodes.trim(), `node/${lab}`);
    }
    await Promise.all([LAB, OTHER].map(assertWorks));
    const { stdout } = await succeeds("list", LAB);
    assert.match(stdout, new RegExp(`^faults +up at ${one}.*\nfaults2 +up at ${two}`));
  });

  it("don't notice when the other one crashes and is taken down", async () => {
    const before = process1(LAB);
    process.kill(process1(OTHER), "SIGKILL");
    await succeeds("status", LAB);
    await succeeds("down", OTHER);
    await untouched.get(OTHER)!.assertStill();
    await succeeds("status", LAB);
    await assertWorks(LAB);
    assert.equal(process1(LAB), before);
  });

  it("of the same name in two homes are refused, with whose it is", async () => {
    const home = mkdtempSync(join(tmpdir(), "home-"));
    try {
      for (const command of ["up", "down", "status"]) {
        const env = { IDLE_TIMEOUT_LAB_HOME: home };
        const told = await new LabProcess([command, "--name", LAB], env).ended();
        assert.equal(told.code, 1);
        assert.match(
          told.stdout + told.stderr,
          new RegExp(`^Lab name "faults": process ${process1(LAB)} is the node of a lab of this`),
        );
      }
    } finally {
      rmSync(home, { recursive: true });
    }
    await succeeds("status", LAB);
    await succeeds("down", LAB);
    await untouched.get(LAB)!.assertStill();
  });
});
