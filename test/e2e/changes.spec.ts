import assert from "node:assert/strict";
import type { RunRecord } from "../../model/record.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import { RestrictedUser } from "./restrictedUser.ts";
import {
  assertClosedByIdleTimeout,
  assertOpen,
  devStack,
  kubectl,
  pulumiUp,
  record,
  sampleOf,
} from "./support.ts";

const NAMESPACE = "istio-idle-timeout-changes";

/** The policy as it stands in the cluster: which object, and how often it was changed. */
async function policy(): Promise<{ uid: string; generation: number } | undefined> {
  const { items } = JSON.parse(
    await kubectl("get", "envoyfilters", `--namespace=${NAMESPACE}`, "--output=json"),
  ) as { items: { metadata: { name: string; uid: string; generation: number } }[] };
  const found = items.find(({ metadata }) => metadata.name === "idle-timeout");
  return found && { uid: found.metadata.uid, generation: found.metadata.generation };
}

/** Run that the pods in the namespace are for. */
async function runOfPods(): Promise<string[]> {
  const label = "{.items[*].metadata.labels.istio-idle-timeout/run}";
  const runs = await kubectl(
    "get",
    "pods",
    `--namespace=${NAMESPACE}`,
    `--output=jsonpath=${label}`,
  );
  return runs.split(" ");
}

describe("one stack of a user with the rights of docs/rbac.yaml", () => {
  let user: RestrictedUser;
  let stack: LabStack;
  const runs: RunRecord[] = [];

  before(async () => {
    user = await RestrictedUser.create();
    stack = await devStack("changes", { kubeContext: RestrictedUser.context });
  });

  after(async () => {
    await stack.remove();
    await user.remove();
  });

  /** Changes the configuration; what was measured is of the new pods and of nothing before. */
  async function measure(config: Record<string, string>): Promise<RunRecord> {
    await stack.configure(config);
    const since = Date.now();
    await pulumiUp(stack);
    const run = await record(stack);
    const before = runs.flatMap(({ samples }) => samples.map(({ pod }) => pod));
    for (const probe of ["withSidecar", "withoutSidecar"] as const) {
      const { connectedAt, pod } = sampleOf(run, probe);
      assert.ok(Date.parse(connectedAt) > since, `connected at ${connectedAt}`);
      assert.ok(!before.includes(pod), `${pod} is of an earlier run`);
    }
    assert.deepEqual([...new Set(await runOfPods())], [run.run]);
    assert.ok(!runs.some((earlier) => earlier.run === run.run));
    runs.push(run);
    return run;
  }

  /** The policy is the same object, changed once; a new one would leave a gap without any. */
  async function assertChangedInPlace(change: () => Promise<unknown>): Promise<void> {
    const old = await policy();
    await change();
    const now = await policy();
    assert.ok(old && now);
    assert.deepEqual(now, { uid: old.uid, generation: old.generation + 1 });
  }

  it("is told at once which rights its user lacks", async () => {
    const refused = await stack.run(["preview"]).then(
      () => "nothing",
      (error: unknown) => (error as Error).message,
    );
    assert.match(
      refused,
      /rights: you may not create\/.* namespaces, .*; have an administrator apply docs\/rbac/,
    );
    await user.grant();
  });

  it("closes at 10 s", async () => {
    const run = await measure({ timeout: "10s", observe: "12s" });
    assertClosedByIdleTimeout(run, 10);
    assertOpen(run, "withoutSidecar", 12);
  });

  it("changes the policy in place for 24h, and is open after 12 s", async () => {
    await assertChangedInPlace(async () => {
      const run = await measure({ timeout: "24h" });
      assert.equal(run.effective.idleTimeoutMs, 86_400_000);
      assertOpen(run, "withSidecar", 12);
    });
  });

  it("has no policy for default", async () => {
    const run = await measure({ timeout: "default" });
    assert.equal(run.effective.source, "envoy-default");
    assertOpen(run, "withSidecar", 12);
    assert.equal(await policy(), undefined);
  });

  it("has one without a value for remove", async () => {
    const run = await measure({ timeout: "remove" });
    assert.equal(run.effective.source, "envoy-default");
    assertOpen(run, "withSidecar", 12);
    assert.ok(await policy());
  });

  it("closes at 30 s with the same policy again", async () => {
    await assertChangedInPlace(async () => {
      const run = await measure({ timeout: "30s", observe: "33s" });
      assertClosedByIdleTimeout(run, 30);
      assertOpen(run, "withoutSidecar", 33);
    });
  });

  it("measures again for another run, and changes nothing else", async () => {
    const old = await policy();
    const run = await measure({ run: "2" });
    assertClosedByIdleTimeout(run, 30);
    assert.deepEqual(await policy(), old);
  });

  it("measures again what was measured long ago", async () => {
    const first = runs.shift();
    const run = await measure({ timeout: "10s", observe: "12s", run: "1" });
    assert.equal(run.run, first?.run);
    assertClosedByIdleTimeout(run, 10);
  });

  it("says that a sample is void whose filter chain was changed, and what to do", async () => {
    await stack.configure({ timeout: "30s", observe: "8s" });
    let changed: Promise<string> | undefined;
    await stack.run(["up", "--yes", "--skip-preview"], {
      onOutput: (text) => {
        if (!text.includes("with sidecar: open for")) {
          return;
        }
        changed ??= kubectl(
          ...["patch", "envoyfilter", "idle-timeout", `--namespace=${NAMESPACE}`, "--type=json"],
          `--patch=[{"op": "replace", "path": "${IDLE_TIMEOUT}", "value": "40s"}]`,
        );
      },
    });
    assert.ok(changed);
    await changed;
    const { voidReasons } = sampleOf(await record(stack), "withSidecar");
    assert.deepEqual(voidReasons, ["the filter chain was replaced while the connection was held"]);
    const { summary } = await stack.outputs();
    assert.match(summary as string, /^verdict: void\. .* Set run to another number/m);
  });
});

const IDLE_TIMEOUT = "/spec/configPatches/0/patch/value/typed_config/idle_timeout";
