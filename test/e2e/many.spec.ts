import assert from "node:assert/strict";
import type { LabStack } from "../../lab/use/stack.ts";
import { devStack, kubectl, pulumiUp, record } from "./support.ts";

const CONNECTIONS = 1_000;
/** All of them are opened before the first is closed, on a machine that is busy too. */
const TIMEOUT_S = 20;

describe("a thousand connections at once", function () {
  this.timeout(400_000);
  let stack: LabStack;

  before(async () => {
    stack = await devStack("many", {
      timeout: `${TIMEOUT_S}s`,
      connections: String(CONNECTIONS),
      wait: "0s",
    });
  });

  after(() => stack.remove());

  it("are left to themselves with all that is known until then", async () => {
    await pulumiUp(stack);
    const { runningUntil, samples } = await record(stack);
    assert.ok(runningUntil !== undefined);
    assert.equal(samples.length, 2 * CONNECTIONS);
  });

  it("are closed by the sidecar one by one, each with its entry in the sidecar's log", async () => {
    // Until then the record says that they are open.
    const subjects = await collected();
    const late = subjects.filter(({ heldMs, lastByteMs = 0 }) => {
      const idleMs = heldMs - lastByteMs;
      return Math.abs(idleMs - TIMEOUT_S * 1_000) > 500;
    });
    assert.deepEqual(late, []);
    const reasons = new Set(subjects.map(({ proxy }) => proxy?.closeReason));
    assert.deepEqual([...reasons], ["tcp_session_idle_timeout"]);
    const entries = new Set(subjects.map(({ localPort }) => localPort));
    assert.equal(entries.size, CONNECTIONS);
  });

  it("are open in the pod without a sidecar", async () => {
    const { samples } = await record(stack);
    const controls = samples.filter(({ probe }) => probe === "withoutSidecar");
    assert.equal(controls.filter(({ end }) => end === "open").length, CONNECTIONS);
  });

  it("fit into the memory of their pods", async () => {
    const restarts = await kubectl(
      ...["get", "pods", "--namespace", "istio-idle-timeout-many"],
      "--output=jsonpath={.items[*].status.containerStatuses[?(@.name=='probe')].restartCount}",
    );
    assert.equal(restarts, "0 0");
  });

  it("change nothing afterwards", async () => {
    await stack.run(["preview", "--expect-no-changes"]);
  });

  async function collected() {
    for (;;) {
      await pulumiUp(stack);
      const { runningUntil, samples } = await record(stack);
      if (runningUntil === undefined) {
        return samples.filter(({ probe }) => probe === "withSidecar");
      }
    }
  }
});
