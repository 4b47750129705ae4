import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { EXIT } from "../../cli/command/exitCode.ts";
import { exec, ExecError } from "../../lab/base/exec.ts";
import { environment } from "../../lab/commands/lab.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import type { TestResult } from "../../report/testResults.ts";
import { assertSeconds, devStack, listenOutside, pulumiUp, testLab } from "./support.ts";

/** A server that says nothing, and does something to each connection. */
const server = (act: (socket: Socket) => unknown = () => undefined): Server =>
  createServer((socket) => {
    socket.on("error", () => undefined).resume();
    act(socket);
  });

describe("several endpoints without middleware", () => {
  const servers = [server(), server((socket) => setTimeout(() => socket.end(), 3_000))];
  let stack: LabStack;
  let endpoints: string[];

  before(async () => {
    endpoints = await Promise.all(servers.map(listenOutside));
    stack = await devStack("e2e-endpoints", { endpoint: endpoints.join(","), timeout: "6s" });
  });

  after(async () => {
    servers.forEach((one) => one.close());
    await stack.remove();
  });

  it("are previewed", async () => {
    assert.match(await stack.run(["preview"]), /connection-measurement-/);
  });

  it("are measured by one update, a test for each", async () => {
    await pulumiUp(stack);
    const { tests, summary } = await stack.outputs();
    const [silent, closing] = tests as [TestResult, TestResult];
    assert.deepEqual([silent.endpoint, closing.endpoint], endpoints);
    assert.equal(silent.verdict, "idleTimeout");
    assertSeconds(silent.withSidecar.longestSeconds!, 6);
    assert.equal(silent.withoutSidecar.open, 1);
    assert.equal(closing.verdict, "serverClosed");
    assertSeconds(closing.withSidecar.longestSeconds!, 3);
    assertSeconds(closing.withoutSidecar.longestSeconds!, 3);
    for (const endpoint of endpoints) {
      assert.ok((summary as string).includes(`effective idle timeout for tcp ${endpoint}: 6s `));
    }
  });

  it("are all seen by compare --assert, which names the one that is not as configured", async () => {
    const compare = (...argv: string[]): Promise<string> =>
      exec("npm", ["run", "--silent", "compare", "--", ...argv], { env: environment(testLab()) });
    const table = await compare(stack.stack);
    for (const [place, verdict] of ["idle timeout", "server closed"].entries()) {
      assert.match(table, new RegExp(`tcp silent ${endpoints[place]}.* ${verdict}`));
    }
    const failure: unknown = await compare("--assert", "500ms", stack.stack).then(
      () => assert.fail("nothing was asserted"),
      (error: unknown) => error,
    );
    assert.ok(failure instanceof ExecError);
    assert.match(failure.message, new RegExp(`exit status ${EXIT.unmet}`));
    const [closing, wanted] = [endpoints[1]!, "the sidecar should have closed the connection"];
    assert.ok(
      failure.output.includes(`: tcp silent ${closing}: ${wanted} after 6.000 s: The endpoint`),
      failure.output,
    );
  });
});
