import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { exec } from "../../lab/base/exec.ts";
import { down, environment, up } from "../../lab/commands/lab.ts";
import { eventually } from "../../lab/base/wait.ts";
import { labCommand, process1, serviceProcess, serviceState } from "./labProcess.ts";
import { hostState } from "./traces.ts";

/** A lab of this test's own, beside the one that the other tests use. */
const NAME = "traces";

/** A setting of the kernel that a kubelet changes to 1000000, and every machine has for itself. */
const SETTING = "/proc/sys/kernel/keys/root_maxkeys";

/** One of each kind of mishap; `npm run test:lab` has all of them. */
describe("a lab", () => {
  let untouched: Record<string, string[]>;
  const setting = readFileSync(SETTING, "utf8");

  before(async () => {
    writeFileSync(SETTING, "999999");
    untouched = await hostState(NAME);
    assert.deepEqual(untouched.processes, []);
  });

  after(async () => {
    await down(NAME);
    writeFileSync(SETTING, setting);
  });

  it("comes up beside another one and tells that all of it runs", async () => {
    await up(NAME);
    const { code, stdout } = await labCommand("status", NAME);
    assert.equal(code, 0, stdout);
    const nodes = await exec("kubectl", ["get", "nodes", "-o=name"], { env: environment(NAME) });
    assert.equal(nodes.trim(), `node/${NAME}`);
    const { processes, settings } = await hostState(NAME);
    assert.notDeepEqual(processes, []);
    assert.deepEqual(settings, untouched.settings);
  });

  it("starts a killed service again and tells of it", async () => {
    process.kill(serviceProcess(NAME, "kube-scheduler"), "SIGKILL");
    const again = (): boolean => serviceState(NAME, "kube-scheduler").restarts === 1;
    await eventually("it is started again", again);
    await up(NAME);
    const { code, stdout } = await labCommand("status", NAME);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ {2}kube-scheduler +running .* 1 restart, last exit: signal: killed$/m);
  });

  it("whose process 1 was killed is told to have ended, and leaves nothing once it is down", async () => {
    process.kill(process1(NAME), "SIGKILL");
    const { code, stdout } = await labCommand("status", NAME);
    assert.equal(code, 1);
    assert.match(stdout, /its node has ended/);
    await down(NAME);
    assert.deepEqual(await hostState(NAME), untouched);
  });
});
