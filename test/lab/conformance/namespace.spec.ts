import assert from "node:assert/strict";
import { kubectl, kubeObject } from "./outside.ts";
import { assertHidden, assertSecret, SECRET } from "./secrets.ts";
import { namespace } from "./resources.ts";
import { TestStack } from "./testStack.ts";
import { newName, prefix } from "./workspace.ts";

describe("kubernetes Namespace", () => {
  it("is created, left alone, changed in place and deleted", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const one = namespace({ name, labels: { step: "one" } });
    assert.deepEqual((await stack.up(one)).steps, ["create namespace"]);
    const live = await kubeObject("namespace", name);
    const { id, outputs } = stack.state().namespace!;
    assert.equal(id, name);
    assert.equal(outputs.metadata.uid, live.metadata.uid);
    assert.equal(outputs.status.phase, "Active");
    assert.deepEqual((await stack.up(one)).steps, [], "nothing changed");

    const two = namespace({ name, labels: { next: "two" } });
    const update = await stack.up(two);
    assert.deepEqual(update.steps, ["update namespace"]);
    assert.deepEqual(update.changes.namespace, {
      "metadata.labels.next": "add",
      "metadata.labels.step": "delete",
    });
    const changed = await kubeObject("namespace", name);
    assert.equal(changed.metadata.uid, live.metadata.uid);
    assert.equal(changed.metadata.labels.next, "two");
    assert.equal(changed.metadata.labels.step, undefined, "a label that was taken out is gone");

    assert.deepEqual((await stack.destroy()).steps, ["delete namespace"]);
    assert.equal(await kubeObject("namespace", name), undefined);
  });

  it("is found changed and found gone by a refresh, and repaired by the next update", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const wanted = namespace({ name, labels: { owner: "stack" } });
    await stack.up(wanted);
    assert.deepEqual((await stack.refresh()).steps, [], "what the server fills in is no change");
    await kubectl("label", "namespace", name, "owner=outside", "--overwrite");
    assert.deepEqual((await stack.refresh()).steps, ["found update namespace"]);
    assert.equal(stack.state().namespace!.outputs.metadata.labels.owner, "outside");
    await kubectl("delete", "namespace", name);
    assert.deepEqual((await stack.refresh()).steps, ["found delete namespace"]);
    assert.deepEqual(stack.state(), {});
    assert.deepEqual((await stack.up(wanted)).steps, ["create namespace"]);
  });

  it("is deleted although it is gone already", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(namespace({ name }));
    await kubectl("delete", "namespace", name);
    assert.deepEqual((await stack.destroy()).steps, ["delete namespace"]);
    assert.deepEqual(stack.state(), {});
  });

  it("that exists already is not taken over", async () => {
    const stack = await TestStack.create();
    const run = await stack.upFailing(namespace({ name: prefix }));
    assert.match(run.errors, new RegExp(`namespaces "${prefix}" already exists`));
    assert.deepEqual(stack.state(), {});
  });

  it("of others is read, and not deleted with the stack", async () => {
    const stack = await TestStack.create();
    const { steps } = await stack.up(namespace({ name: prefix }, { id: prefix }));
    assert.deepEqual(steps, ["read namespace"]);
    const live = await kubeObject("namespace", prefix);
    assert.equal(stack.state().namespace!.outputs.metadata.uid, live.metadata.uid);
    await stack.destroy();
    assert.equal((await kubeObject("namespace", prefix)).status.phase, "Active");
  });

  it("keeps a secret annotation secret", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const annotations = { password: { $secret: SECRET } };
    const run = await stack.up(namespace({ name, annotations }));
    const { inputs, outputs } = stack.state().namespace!;
    assertSecret(inputs, "metadata", "annotations", "password");
    assertSecret(outputs, "metadata", "annotations", "password");
    await assertHidden(stack, run);
    assert.equal((await kubeObject("namespace", name)).metadata.annotations.password, SECRET);
  });
});
