import assert from "node:assert/strict";
import { raiseLevel, readMark, restoreLevel } from "../../../cli/watch/level.ts";
import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import { FakeSidecar } from "./fakeSidecar.ts";

describe("the level of the one logger", () => {
  let sidecar: FakeSidecar;
  const raise = () => raiseLevel(sidecar.kubectl, "web");
  const restore = () => restoreLevel(sidecar.kubectl, "web");

  beforeEach(() => {
    sidecar = new FakeSidecar();
  });

  it("is raised, and restored to what it was", async () => {
    assert.deepEqual(await raise(), { before: "warning", wasRaised: false, wasMarked: false });
    assert.deepEqual([sidecar.level, sidecar.mark], ["debug", "warning"]);
    assert.equal(await readMark(sidecar.kubectl, "web"), "warning");
    assert.equal(await restore(), true);
    assert.deepEqual([sidecar.level, sidecar.mark], ["warning", ""]);
    assert.equal(await readMark(sidecar.kubectl, "web"), undefined);
  });

  it("is restored to what it was before a watch that was killed", async () => {
    await raise();
    assert.deepEqual(await raise(), { before: "warning", wasRaised: true, wasMarked: true });
    assert.equal(await restore(), true);
    assert.equal(sidecar.level, "warning");
  });

  for (const step of ["runtime_modify", "logging?paths"]) {
    it(`is known after a kill before ${step}`, async () => {
      sidecar.failure = (command) => (command.includes(step) ? "killed" : undefined);
      await assert.rejects(raise(), KubectlError);
      sidecar.failure = () => undefined;
      const wasMarked = step !== "runtime_modify";
      assert.deepEqual(await raise(), { before: "warning", wasRaised: false, wasMarked });
      assert.equal(await restore(), true);
      assert.equal(sidecar.level, "warning");
    });
  }

  it("is restored again after a kill in between", async () => {
    await raise();
    sidecar.failure = (command) => (command.includes("runtime_modify") ? "killed" : undefined);
    await assert.rejects(restore(), KubectlError);
    sidecar.failure = () => undefined;
    assert.equal(await restore(), false);
    assert.deepEqual([sidecar.level, sidecar.mark], ["warning", ""]);
  });

  it("is not restored twice, and what others set stays", async () => {
    await raise();
    await restore();
    sidecar.level = "info";
    assert.equal(await restore(), false);
    assert.equal(sidecar.level, "info");
  });

  it("is told not to have been raised to the end where somebody lowered it", async () => {
    await raise();
    sidecar.level = "error";
    assert.equal(await restore(), false);
    assert.equal(sidecar.level, "warning");
  });

  it("stays where somebody has it at trace", async () => {
    sidecar.level = "trace";
    assert.deepEqual(await raise(), { before: "trace", wasRaised: false, wasMarked: false });
    assert.equal(sidecar.level, "trace");
    assert.equal(await restore(), true);
    assert.equal(sidecar.level, "trace");
  });

  it("is not taken from a mark that is no level", async () => {
    sidecar.runtime["istio_idle_timeout.watch"] = "debug&x";
    assert.deepEqual(await raise(), { before: "warning", wasRaised: false, wasMarked: false });
  });
});
