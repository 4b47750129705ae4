import assert from "node:assert/strict";
import type { PropertyMap } from "../../../../lab/plugins/shared/value.ts";
import type { CallError } from "../harness.ts";
import { Plugin } from "../harness.ts";
import { rolledOut } from "./fakeApiServer.ts";
import { DEPLOYMENT, deployment, DEPLOYMENTS, metadataOf, withKubernetes } from "./setup.ts";

describe("waiting for a kubernetes Deployment", () => {
  const setup = withKubernetes();

  it("ends when the newest generation is rolled out", async () => {
    const { outputs } = await setup.createDeployment();
    assert.equal((outputs.status as PropertyMap).availableReplicas, 1);
    assert.deepEqual(
      setup.plugin.logged.map(({ message }) => message),
      ["Waiting for app ReplicaSet to be available (0/1 Pods available)"],
    );
  });

  it("says anything new only once", async () => {
    const created = setup.plugin.create(DEPLOYMENT, deployment());
    await setup.server.untilWatched("web");
    setup.server.edit(`${DEPLOYMENTS}/web`, (object) => (object.status.replicas = 1));
    setup.server.edit(`${DEPLOYMENTS}/web`, rolledOut);
    await created;
    assert.equal(setup.plugin.logged.length, 1);
  });

  it("keeps the object when time is over, and says what the pods wait for", async () => {
    setup.server.add("/api/v1/namespaces/default/pods/web-1", {
      metadata: { name: "web-1", uid: "pod-uid" },
      status: {
        conditions: [{ type: "Ready", status: "False", message: "containers not ready" }],
        containerStatuses: [
          {
            name: "web",
            ready: false,
            state: { waiting: { reason: "ErrImagePull", message: "not found" } },
          },
        ],
      },
    });
    setup.server.add("/api/v1/namespaces/default/events/e", {
      metadata: { name: "e" },
      reason: "Failed",
      message: "Failed to pull image",
      lastTimestamp: "2026-01-01T00:00:00Z",
    });
    const created = setup.plugin.create(DEPLOYMENT, deployment(), { timeoutSeconds: 0.5 });
    void setup.server.untilWatched("web").then(() => {
      setup.server.edit(`${DEPLOYMENTS}/web`, (object) => {
        object.status.conditions = [
          { type: "Available", status: "False", reason: "Minimum", message: "none available" },
          { type: "ReplicaFailure", status: "True", reason: "Quota", message: "exceeded" },
        ];
      });
    });
    await assert.rejects(created, (error: CallError) => {
      assert.match(error.message, /'web' timed out waiting to be Ready$/);
      assert.equal(error.partial?.id, "default/web");
      assert.equal(metadataOf(error.partial.properties).uid, "uid-1");
      assert.deepEqual(error.partial.reasons.slice(1), [
        "[Minimum] none available",
        "[Quota] exceeded",
        "Minimum number of live Pods was not attained",
        "[Pod default/web-1]: containers not ready",
        '[Pod default/web-1]: container "web" is waiting: [ErrImagePull] not found',
        "[Pod default/web-1]: [Failed] Failed to pull image",
      ]);
      return true;
    });
  });

  it("ends when the object is deleted meanwhile", async () => {
    const created = setup.plugin.create(DEPLOYMENT, deployment());
    void setup.server.untilWatched("web").then(() => {
      setup.server.remove(`${DEPLOYMENTS}/web`);
    });
    await assert.rejects(created, { message: /'web' was deleted while waiting for it$/ });
  });

  it("ends on cancel, with the object kept", async () => {
    const own = await Plugin.start("kubernetes", setup.env());
    await own.configure({});
    const created = own.create(DEPLOYMENT, deployment());
    void setup.server.untilWatched("web").then(() => own.cancel());
    await assert.rejects(created, (error: CallError) => {
      assert.match(error.message, /Resource operation was cancelled for "web"$/);
      assert.equal(error.partial?.id, "default/web");
      return true;
    });
    await own.stop();
  });
});
