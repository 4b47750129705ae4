import assert from "node:assert/strict";
import { DEPLOYMENT, deployment, FILTER, filter, withKubernetes } from "./setup.ts";

describe("differences of a kubernetes object", () => {
  const setup = withKubernetes();

  it("finds none between equal inputs, whatever the server added to the outputs", async () => {
    const live = { ...filter(), metadata: { name: "idle", uid: "u", generation: 3 } };
    const diff = await setup.plugin.diff(FILTER, filter(), filter(), live);
    assert.deepEqual(diff, { changes: "none", details: {}, deleteBeforeReplace: false });
  });

  it("updates in place", async () => {
    const diff = await setup.plugin.diff(FILTER, filter("10s"), filter("30s"));
    assert.deepEqual(diff.details, { "spec.patch.idle_timeout": "update" });
  });

  it("replaces for another name, which both can have at once", async () => {
    const diff = await setup.plugin.diff(FILTER, filter(), filter("10s", { name: "other" }));
    assert.deepEqual(diff.details, { "metadata.name": "update-replace" });
    assert.equal(diff.deleteBeforeReplace, false);
  });

  it("replaces for another selector of a Deployment, the old one first, as both have the name", async () => {
    const other = { selector: { matchLabels: { app: "other" } } };
    const named = await setup.plugin.diff(DEPLOYMENT, deployment(), deployment(other));
    assert.deepEqual(named.details, { "spec.selector.matchLabels.app": "update-replace" });
    assert.equal(named.deleteBeforeReplace, true);
  });
});
