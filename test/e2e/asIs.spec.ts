import assert from "node:assert/strict";
import type { LabStack } from "../../lab/use/stack.ts";
import { exec } from "../../lab/base/exec.ts";
import { environment } from "../../lab/commands/lab.ts";
import { mergeIntoOutboundTcpProxy } from "../../model/istio/envoyFilter.ts";
import {
  assertClosedByIdleTimeout,
  assertOpen,
  devStack,
  kubectl,
  pulumiUp,
  record,
  sampleOf,
  testLab,
} from "./support.ts";

const STACK = "e2e-as-is";
const NAMESPACE = `istio-idle-timeout-${STACK}`;
const FILTER = "e2e-mesh-wide";

/**
 * Sets the idle timeout as who runs the mesh does: in its root namespace. The filter selects the pods of this stack,
 * because other stacks are measured on the same lab.
 */
async function setByTheMesh(idleTimeout: string): Promise<void> {
  const filter = {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: FILTER, namespace: "istio-system" },
    spec: mergeIntoOutboundTcpProxy(
      { "istio-idle-timeout/timeout": "asIs" },
      { idle_timeout: idleTimeout },
    ),
  };
  await exec("kubectl", ["apply", "--filename", "-"], {
    env: environment(testLab()),
    input: JSON.stringify(filter),
  });
}

describe("a mesh measured as it is", () => {
  let stack: LabStack;

  before(async () => {
    stack = await devStack(STACK, { timeout: "asIs", observe: "9s" });
  });

  after(async () => {
    await stack.remove();
    await kubectl(
      "delete",
      "envoyfilter",
      FILTER,
      "--namespace=istio-system",
      "--ignore-not-found",
    );
  });

  const notes = async (): Promise<string> => (await record(stack)).notes.join("\n");

  it("closes after the 5 s of a filter in the root namespace, and the record says whose they are", async () => {
    await setByTheMesh("5s");
    await pulumiUp(stack);
    const run = await record(stack);
    assert.equal(run.timeout, "asIs");
    assert.equal(run.effective.idleTimeoutMs, 5000);
    assertClosedByIdleTimeout(run, 5);
    assertOpen(run, "withoutSidecar", 9);
    assert.match(
      await notes(),
      /^timeout asIs: the stack configured no idle timeout; that of 5s for \S+ is set by EnvoyFilter istio-system\/e2e-mesh-wide of the root namespace$/,
    );
    const filters = ["get", "envoyfilters", `--namespace=${NAMESPACE}`, "--output=name"];
    assert.equal(
      await kubectl(...filters),
      "envoyfilter.networking.istio.io/evidence\n",
      "the stack sets no timeout of its own",
    );
  });

  it("is open after 9 s where the mesh says 24h, which is a lower bound", async () => {
    await setByTheMesh("86400s");
    await stack.configure({ run: "2" });
    await pulumiUp(stack);
    const run = await record(stack);
    assert.equal(run.effective.idleTimeoutMs, 86_400_000);
    assertOpen(run, "withSidecar", 9);
    assert.match(await notes(), /that of 24h for \S+ is set by EnvoyFilter istio-system\//);
  });

  it("closes after these 24h in a time-lapse", async () => {
    await stack.configure({ run: "3", timelapse: "360", observe: "244s" });
    await pulumiUp(stack, { timeoutMs: 600_000 });
    const run = await record(stack);
    const { end, timelapse, voidReasons } = sampleOf(run, "withSidecar");
    assert.equal(end, "fin");
    assert.equal(voidReasons, undefined);
    assert.equal(timelapse?.factor, 360);
    const offMs = Math.abs((timelapse.proxyMs ?? 0) - 86_400_000);
    assert.ok(offMs <= 360 * 50, `${offMs} ms off 24h`);
  }).timeout(600_000);
});
