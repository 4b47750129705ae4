import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { runVerdict } from "../../report/verdict.ts";
import { ExecError } from "../../lab/base/exec.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import {
  assertOpen,
  assertSeconds,
  devStack,
  listenOutside,
  pulumiUp,
  record,
  sampleOf,
} from "./support.ts";

describe("an endpoint", () => {
  /** Accepts and says nothing, ever. */
  const silent = createServer((socket) => socket.on("error", () => undefined).resume());
  let stack: LabStack | undefined;

  after(async () => {
    silent.close();
    await stack?.remove();
  });

  /** What `up` says of a stack with this endpoint, which has to leave no result. */
  async function refusal(endpoint: string): Promise<string> {
    if (stack === undefined) {
      stack = await devStack("e2e-endpoint", { endpoint, evidence: "false", timeout: "5s" });
    } else {
      await stack.configure({ endpoint });
    }
    const failure: unknown = await pulumiUp(stack).then(
      () => assert.fail("it was measured"),
      (error: unknown) => error,
    );
    assert.ok(failure instanceof ExecError);
    const outputs = await stack.outputs();
    assert.equal(outputs.results, undefined);
    assert.equal(outputs.disconnectSeconds, undefined);
    return failure.output;
  }

  it("where nothing listens is a clear error that leaves no result", async () => {
    const server = createServer();
    const endpoint = await listenOutside(server);
    server.close();
    await once(server, "close");
    assert.match(
      await refusal(endpoint),
      new RegExp(`${endpoint} can't be reached .*ECONNREFUSED`),
    );
  });

  it("whose name does not exist is another", async () => {
    const endpoint = "no-such-host.example:6379";
    assert.match(
      await refusal(endpoint),
      new RegExp(`${endpoint} can't be reached .* name .* .ENOTFOUND no-such-host`),
    );
  });

  it("that accepts and is silent is measured by the next up, without a line in the sidecar's log", async () => {
    assert.ok(stack);
    await stack.configure({ endpoint: await listenOutside(silent) });
    await pulumiUp(stack);
    const run = await record(stack);
    const subject = sampleOf(run, "withSidecar");
    assertSeconds(subject.heldMs / 1_000, 5);
    // The same figure as with an entry in the sidecar's log, for which it was not asked.
    assert.equal(subject.proxy, null);
    assert.deepEqual(subject.idleTimeouts?.before, 0);
    assert.deepEqual(subject.idleTimeouts.after, 1);
    assert.equal(runVerdict(run).cause, "idleTimeout");
    assertOpen(run, "withoutSidecar", 9);
  });
});
