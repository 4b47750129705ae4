import assert from "node:assert/strict";
import { LAB, Untouched, succeeds } from "./support.ts";
import { cgroupHost, processesIn } from "../../../lab/machine/cgroups.ts";
import { cgroupName } from "../../../lab/node/identity.ts";
import { labStatus } from "../../../lab/commands/status.ts";
import { services } from "../../../lab/node/services.ts";
import { eventually } from "../../../lab/base/wait.ts";
import { labCommand, LabProcess, serviceProcess, serviceState } from "../../e2e/labProcess.ts";
import { note, secondsSince } from "./measured.ts";
import { assertWorks, awaitAnswers } from "./works.ts";

const names = services({ name: LAB, address: "192.0.2.1" }, LAB).map(({ name }) => name);

describe("after kill -9 of a service", () => {
  let untouched: Untouched;

  before(async () => {
    untouched = await Untouched.before(LAB);
    await succeeds("up", LAB);
    await assertWorks(LAB);
  });

  for (const name of names) {
    it(`${name} is told to be down, is started again and works`, async () => {
      const others = names.filter((each) => each !== name);
      const restarts = (): number[] => others.map((each) => serviceState(LAB, each).restarts);
      const before = restarts();

      const since = performance.now();
      process.kill(serviceProcess(LAB, name), "SIGKILL");
      await eventually("it is noticed", () => !serviceState(LAB, name).running);
      const { ok, lines } = await labStatus(LAB, () => []);
      const told = lines.find((line) => line.trim().startsWith(`${name} `)) ?? "";
      assert.equal(ok, false);
      assert.match(told, /^ {2}\S+ +stopped 0 s .*last exit: signal: killed$/);

      await awaitAnswers(LAB);
      const answered = secondsSince(since);
      await assertWorks(LAB);
      const worked = secondsSince(since);

      const { stdout } = await succeeds("status", LAB);
      const line = new RegExp(`^  ${name} +running .* 1 restart, last exit: signal: killed$`, "m");
      assert.match(stdout, line);
      assert.deepEqual(restarts(), before);
      const up = await succeeds("up", LAB);
      assert.match(up.stderr, /^Lab faults is up; /m);
      const status = /stopped|last exit: .*$/g;
      note({
        killed: name,
        status: told.match(status)!.join(", "),
        answered,
        worked,
        up: up.seconds,
      });
    });
  }

  it("again and again, it is started again after 1, 2 and 4 s", async () => {
    const service = "registry";
    const sinceMs = (): number => Date.parse(serviceState(LAB, service).since);
    // It counts from the start for a service that ran for a minute.
    await eventually("it is steady", () => Date.now() - sinceMs() >= 60_000, 70_000);
    for (const seconds of [1, 2, 4]) {
      process.kill(serviceProcess(LAB, service), "SIGKILL");
      await eventually("it is noticed", () => !serviceState(LAB, service).running);
      const endedAt = sinceMs();
      await eventually("it runs again", () => serviceState(LAB, service).running);
      const waited = (sinceMs() - endedAt) / 1_000;
      assert.ok(waited >= seconds && waited < 2 * seconds, `${waited} s instead of ${seconds} s`);
    }
  });

  it("all of them at once are started again and work", async () => {
    const restarts = (): number[] => names.map((name) => serviceState(LAB, name).restarts);
    const before = restarts();
    const since = performance.now();
    for (const pid of names.map((name) => serviceProcess(LAB, name))) {
      process.kill(pid, "SIGKILL");
    }
    const noticed = (): boolean => names.every((name) => !serviceState(LAB, name).running);
    await eventually("it is noticed", noticed);
    const { ok } = await labStatus(LAB, () => []);
    assert.equal(ok, false);
    await awaitAnswers(LAB);
    const answered = secondsSince(since);
    await assertWorks(LAB);
    const worked = secondsSince(since);
    const { stdout } = await succeeds("status", LAB);
    assert.equal(stdout.match(/last exit: signal: killed$/gm)?.length, names.length, stdout);
    assert.deepEqual(
      restarts(),
      before.map((count) => count + 1),
    );
    const up = await succeeds("up", LAB);
    note({
      killed: "all services at once",
      status: "stopped, last exit: signal: killed, for each",
      answered,
      worked,
      up: up.seconds,
    });
  });

  it("`down` leaves nothing, even when it was itself killed before it had removed all", async () => {
    const killed = new LabProcess(["down", "--name", LAB]);
    const group = (): number[] => processesIn(cgroupName(LAB), cgroupHost());
    await eventually("the node has ended", () => group().length === 0);
    await killed.kill("SIGKILL");
    assert.equal((await labCommand("status", LAB)).code, 1);
    await succeeds("down", LAB);
    await untouched.assertStill();
  });
});
