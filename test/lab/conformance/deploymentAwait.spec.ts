import assert from "node:assert/strict";
import { REGISTRY } from "../../../lab/build/images.ts";
import { eventually } from "../../../lab/base/wait.ts";
import { kubeObject } from "./outside.ts";
import { deployment } from "./resources.ts";
import { INTERRUPT_LIMIT_MS, START_LIMIT_MS, TestStack } from "./testStack.ts";
import { newName, prefix } from "./workspace.ts";

const MISSING_IMAGE = `${REGISTRY}/${prefix}:nowhere`;

describe("awaiting a kubernetes Deployment", () => {
  it("ends when the new pods are ready", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(deployment({ name, replicas: 1 }));
    assert.equal(stack.state().deployment!.outputs.status.availableReplicas, 1);
    await stack.up(deployment({ name, replicas: 2, podLabels: { run: "two" } }));
    const { status } = stack.state().deployment!.outputs;
    assert.deepEqual([status.updatedReplicas, status.availableReplicas], [2, 2]);
  });

  it("fails after customTimeouts with what the pods say, and an update repairs it", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const customTimeouts = { create: "15s", update: "15s" };
    const broken = deployment({ name, replicas: 1, image: MISSING_IMAGE }, { customTimeouts });
    const created = await stack.upFailing(broken);
    assert.match(created.errors, /was successfully created, but/);
    assertAwaited(created.errors);
    assert.ok(created.tookMs > 15_000 && created.tookMs < 90_000, `took ${created.tookMs} ms`);
    const { id, initErrors } = stack.state().deployment!;
    assert.equal(id, `${prefix}/${name}`);
    assert.ok(initErrors?.some((reason) => reason.includes("timed out waiting to be Ready")));

    const updated = await stack.upFailing(broken);
    assert.deepEqual(updated.steps, ["update deployment"], "what failed is tried again");
    assertAwaited(updated.errors);

    const repaired = deployment({ name, replicas: 1 }, { customTimeouts });
    assert.deepEqual((await stack.up(repaired)).steps, ["update deployment"]);
    assert.equal(stack.state().deployment!.initErrors, undefined);
  });

  it("stops by an interrupt, and the next update works", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const broken = deployment({ name, replicas: 1, image: MISSING_IMAGE });
    const { run, interrupt } = stack.start("up", { resources: [broken] });
    const created = async (): Promise<boolean> => Boolean(await kubeObject("deployment", name));
    await eventually("it is created", created, START_LIMIT_MS);
    interrupt();
    const { code, sinceInterruptMs } = await run;
    assert.notEqual(code, 0);
    assert.ok(sinceInterruptMs < INTERRUPT_LIMIT_MS, `stopped after ${sinceInterruptMs} ms`);
    assert.equal(stack.state().deployment!.id, `${prefix}/${name}`);
    const repaired = deployment({ name, replicas: 1 });
    assert.deepEqual((await stack.up(repaired)).steps, ["update deployment"]);
  });
});

/** The controller's, the kubelet's and the registry's own words. */
function assertAwaited(errors: string): void {
  assert.match(errors, /timed out waiting to be Ready/);
  assert.match(errors, /Minimum number of live Pods was not attained/);
  assert.match(errors, /ErrImagePull|ImagePullBackOff/);
  assert.match(errors, /Failed to pull image|failed to pull and unpack image/);
  assert.match(errors, /nowhere: not found/);
}
