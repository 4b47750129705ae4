import assert from "node:assert/strict";
import type { LabStack } from "../../lab/use/stack.ts";
import {
  assertClosedByIdleTimeout,
  assertOpen,
  devStack,
  dockerContainers,
  kubectl,
  pulumiUp,
  record,
  sampleOf,
} from "./support.ts";

describe("a stack with a timeout of 13.7 s", () => {
  let stack: LabStack;

  before(async () => {
    stack = await devStack("e2e-13s7", { timeout: "13.7s" });
  });

  after(() => stack.remove());

  it("has its idle connection closed by the sidecar after 13.7 s, and only there", async () => {
    await pulumiUp(stack);
    const run = await record(stack);
    assert.equal(run.schemaVersion, 1);
    assert.equal(run.timeout, "13.7s");
    assert.equal(run.effective.idleTimeoutMs, 13_700);
    assert.equal(run.effective.source, "configured");
    assertClosedByIdleTimeout(run, 13.7);
    assertOpen(run, "withoutSidecar", 17.7);
    assert.deepEqual(run.notes, []);
  });

  it("exports the seconds and lines that a person reads", async () => {
    const { disconnectSeconds, summary } = await stack.outputs();
    const seconds = disconnectSeconds as { withSidecar: number; withoutSidecar: null };
    const { heldMs } = sampleOf(await record(stack), "withSidecar");
    assert.equal(seconds.withSidecar, Math.round(heldMs) / 1_000);
    assert.equal(seconds.withoutSidecar, null);
    assert.match(summary as string, /tcp_session_idle_timeout/);
  });

  it("keeps the password of its Redis secret, in the state and in what is shown", async () => {
    const shown = await stack.export();
    const state = JSON.parse(shown) as {
      deployment: { resources: { type: string; inputs?: { command?: unknown; envs?: unknown } }[] };
    };
    const container = state.deployment.resources.find(
      ({ type }) => type === "docker:index/container:Container",
    );
    assert.ok(container);
    assert.match(JSON.stringify(container.inputs), /1b47061264138c4ac30d75fd1eb44270/);
    assert.doesNotMatch(shown, /requirepass[",\s]+[0-9a-zA-Z]{16}/);
  });

  it("changes and measures nothing on a second up", async () => {
    const first = await record(stack);
    const preview = stack.run(["preview", "--expect-no-changes"]);
    await preview;
    await pulumiUp(stack);
    assert.deepEqual(await record(stack), first);
  });

  it("finds the connection open when the EnvoyFilter was deleted behind its back", async () => {
    const policy = (await kubectl("get", "envoyfilters", "-A", "-o=name")).split("\n");
    const [namespace] = (
      await kubectl("get", "envoyfilters", "-A", "-o=jsonpath={.items[*].metadata.namespace}")
    ).split(" ");
    const filter = policy.find((name) => name.endsWith("idle-timeout"));
    assert.ok(namespace && filter, `filters: ${policy.join(" ")}`);
    await kubectl("delete", filter, "-n", namespace);
    await stack.configure({ run: "2" });
    await pulumiUp(stack);
    const run = await record(stack);
    assertOpen(run, "withSidecar", 17.7);
    assertOpen(run, "withoutSidecar", 17.7);
    assert.equal(run.effective.source, "envoy-default");
    assert.match(run.notes.join("\n"), /is not in the cluster/);
  });

  it("restores the filter after a refresh, and measures again when the timeout changes", async () => {
    await stack.run(["refresh", "--yes", "--skip-preview"]);
    await stack.configure({ timeout: "6s" });
    await pulumiUp(stack);
    const run = await record(stack);
    assertClosedByIdleTimeout(run, 6);
    assertOpen(run, "withoutSidecar", 10);
  });

  it("leaves no object and no container after destroy", async () => {
    await stack.run(["destroy", "--yes", "--skip-preview"]);
    const namespaces = await kubectl("get", "namespaces", "-o=name");
    assert.doesNotMatch(namespaces, /e2e-13s7/);
    assert.equal((await kubectl("get", "envoyfilters", "-A", "-o=name")).trim(), "");
    const containers = await dockerContainers();
    assert.deepEqual(
      containers.filter((name) => name.includes("e2e-13s7")),
      [],
    );
  });
});
