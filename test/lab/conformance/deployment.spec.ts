import assert from "node:assert/strict";
import { kubectl, kubeObject } from "./outside.ts";
import { deployment, namespace } from "./resources.ts";
import { TestStack, UNKNOWN } from "./testStack.ts";
import { newName, prefix } from "./workspace.ts";

describe("kubernetes Deployment", () => {
  it("is ready when it is created, left alone and changed in place", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const one = deployment({ name, replicas: 1 });
    assert.deepEqual((await stack.up(one)).steps, ["create deployment"]);
    const { id, outputs } = stack.state().deployment!;
    assert.equal(id, `${prefix}/${name}`);
    assert.equal(outputs.status.availableReplicas, 1);
    assert.deepEqual((await stack.up(one)).steps, [], "what the server fills in is no change");
    assert.deepEqual((await stack.refresh()).steps, [], "what the server fills in is no change");
    const before = await kubeObject("deployment", name);
    const changed = deployment({ name, replicas: 1, labels: { step: "two" } });
    assert.deepEqual((await stack.up(changed)).steps, ["update deployment"]);
    const after = await kubeObject("deployment", name);
    assert.equal(after.metadata.uid, before.metadata.uid);
    assert.equal(after.metadata.labels.step, "two");
  });

  it("is previewed where a value isn't known yet, without touching the server", async () => {
    const stack = await TestStack.create();
    const other = newName();
    const { steps, outputs } = await stack.preview(
      namespace({ name: other }),
      deployment({
        name: newName(),
        labels: { phase: { $ref: ["namespace", "status", "phase"] } },
      }),
    );
    assert.deepEqual(steps, ["create namespace", "create deployment"]);
    assert.equal(outputs.deployment!.metadata.labels.phase, UNKNOWN);
    assert.equal(await kubeObject("namespace", other), undefined);
  });

  it("is replaced by one with another name before it is deleted", async () => {
    const stack = await TestStack.create();
    const [before, after] = [newName(), newName()];
    await stack.up(deployment({ name: before }));
    assert.deepEqual((await stack.up(deployment({ name: after }))).steps, [
      "create-replacement deployment",
      "replace deployment",
      "delete-replaced deployment",
    ]);
    assert.equal(await kubeObject("deployment", before), undefined);
    assert.notEqual(await kubeObject("deployment", after), undefined);
  });

  it("is deleted before it is replaced by one of the same name", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(deployment({ name }));
    const before = await kubeObject("deployment", name);
    const { steps } = await stack.up(deployment({ name, app: "two" }));
    assert.deepEqual(steps, [
      "delete-replaced deployment",
      "replace deployment",
      "create-replacement deployment",
    ]);
    assert.notEqual((await kubeObject("deployment", name)).metadata.uid, before.metadata.uid);
  });

  it("that was scaled by others is found changed by a refresh, and is scaled back", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(deployment({ name }));
    const scaled = JSON.stringify({ spec: { replicas: 1 } });
    await kubectl("patch", "deployment", name, "--namespace", prefix, "-p", scaled);
    await kubectl("rollout", "status", "deployment", name, "--namespace", prefix);
    assert.deepEqual((await stack.refresh()).steps, ["found update deployment"]);
    assert.equal(stack.state().deployment!.outputs.spec.replicas, 1);
    assert.deepEqual((await stack.up(deployment({ name }))).steps, ["update deployment"]);
    assert.equal((await kubeObject("deployment", name)).spec.replicas, 0);
  });

  it("fails with the server's words when it is invalid, in a preview too, and leaves nothing", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const invalid = deployment({ name, podLabels: { app: "another" } });
    for (const run of [await stack.previewFailing(invalid), await stack.upFailing(invalid)]) {
      assert.match(run.errors, /`selector` does not match template `labels`/);
    }
    assert.deepEqual(stack.state(), {});
    assert.equal(await kubeObject("deployment", name), undefined);
  });
});
