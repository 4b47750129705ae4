import assert from "node:assert/strict";
import { eventually } from "../../../../lab/base/wait.ts";
import { secret, UNKNOWN } from "../../../../lab/plugins/shared/value.ts";
import type { PlainMap, PropertyMap } from "../../../../lab/plugins/shared/value.ts";
import type { CallError } from "../harness.ts";
import { rolledOut } from "./fakeApiServer.ts";
import {
  DEPLOYMENT,
  deployment,
  DEPLOYMENTS,
  FILTER,
  filter,
  FILTERS,
  metadataOf,
  NAMESPACE,
  UNDEFINED_KIND,
  withKubernetes,
} from "./setup.ts";

describe("kubernetes object", () => {
  const setup = withKubernetes();

  const managedBy = (fieldManager: string): PropertyMap => ({
    annotations: { "pulumi.com/patchFieldManager": fieldManager },
  });

  describe("create", () => {
    it("puts out the live object", async () => {
      const { id, outputs } = await setup.plugin.create(FILTER, filter());
      assert.equal(id, "default/idle");
      assert.equal(metadataOf(outputs).uid, "uid-1");
      assert.deepEqual(outputs.spec, { patch: { idle_timeout: "10s" } });
      assert.deepEqual(outputs.__inputs, filter());
      assert.match(outputs.__fieldManager as string, /^pulumi-kubernetes-[0-9a-f]{8}$/);
      assert.deepEqual(setup.server.writes[0]?.query, { fieldManager: "pulumi-kubernetes" });
    });

    it("names a cluster-wide object by its name alone", async () => {
      const inputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh" } };
      const { id, outputs } = await setup.plugin.create(NAMESPACE, inputs);
      assert.equal(id, "mesh");
      assert.deepEqual(outputs.status, { phase: "Active" });
    });

    it("refuses to take over an object that is there", async () => {
      setup.server.add(`${FILTERS}/idle`, filter("1s") as PlainMap);
      await assert.rejects(
        setup.plugin.create(FILTER, filter()),
        /^Error: resource "urn:.*::idle" was not successfully created by the Kubernetes API server: envoyfilters "idle" already exists\n\nThe resource already exists in the cluster/,
      );
      assert.deepEqual(setup.server.objects.get(`${FILTERS}/idle`), filter("1s"));
    });

    it("takes over what is there already, when it is told so", async () => {
      await setup.plugin.configure({ upsertExistingObjects: "true" });
      const first = await setup.plugin.create(FILTER, filter("10s"));
      await setup.plugin.configure({ upsertExistingObjects: "true", enablePatchForce: "true" });
      const second = await setup.plugin.create(FILTER, filter("20s"));
      assert.equal(second.id, first.id);
      assert.deepEqual(
        setup.server.writes.map(({ method, query }) => [method, query.force]),
        [
          ["PATCH", "false"],
          ["PATCH", "true"],
        ],
      );
      assert.deepEqual(setup.server.objects.get(`${FILTERS}/idle`)?.spec, {
        patch: { idle_timeout: "20s" },
      });
    });

    it("applies under the manager that the object's annotation names", async () => {
      await setup.plugin.configure({ upsertExistingObjects: "true" });
      const { outputs } = await setup.plugin.create(FILTER, filter("10s", managedBy("ours")));
      assert.equal(outputs.__fieldManager, "ours");
      assert.deepEqual(setup.server.writes[0]?.query, { fieldManager: "ours", force: "false" });
    });

    it("finds no conflict in a preview", async () => {
      await setup.plugin.configure({ upsertExistingObjects: "true" });
      await setup.plugin.create(FILTER, filter("10s", managedBy("ours")), { preview: true });
      const query = { fieldManager: "ours", force: "true", dryRun: "All" };
      assert.deepEqual(setup.server.writes[0]?.query, query);
    });

    it("tries again while the namespace is yet to come", async () => {
      const inputs = filter("10s", { namespace: "late" });
      const created = setup.plugin.create(FILTER, inputs);
      await eventually("it is tried again", () => setup.plugin.logged.length > 0);
      setup.server.add("/api/v1/namespaces/late", {});
      assert.equal((await created).id, "late/idle");
      assert.deepEqual(setup.plugin.logged[0], {
        message: 'Retry #0; creation failed: namespaces "late" not found',
        urn: FILTER,
        ephemeral: true,
      });
    });

    it("keeps what is secret in the inputs secret in the outputs", async () => {
      const inputs = { ...filter(), spec: { open: "o", hidden: secret("h"), list: [secret("i")] } };
      const { outputs } = await setup.plugin.create(FILTER, inputs);
      assert.deepEqual(outputs.spec, { open: "o", hidden: secret("h"), list: secret(["i"]) });
      assert.deepEqual((outputs.__inputs as PropertyMap).spec, inputs.spec);
      assert.deepEqual(setup.server.objects.get(`${FILTERS}/idle`).spec, {
        open: "o",
        hidden: "h",
        list: ["i"],
      });
    });

    it("hides the data of a Secret even if the program doesn't", async () => {
      const urn = setup.plugin.urn("kubernetes:core/v1:Secret", "s");
      const inputs = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s", namespace: "default" },
        stringData: { a: "b" },
      };
      const { outputs } = await setup.plugin.create(urn, inputs);
      assert.deepEqual(outputs.stringData, secret({ a: "b" }));
    });

    it("asks the server in a preview, and stores nothing", async () => {
      const { id, outputs } = await setup.plugin.create(DEPLOYMENT, deployment(), {
        preview: true,
      });
      assert.equal(id, "");
      assert.equal(metadataOf(outputs).generation, 1);
      assert.equal(outputs.status, undefined);
      assert.equal(setup.server.objects.has(`${DEPLOYMENTS}/web`), false);
    });

    it("previews the inputs where the server can't be asked", async () => {
      const missing = filter("10s", { namespace: "to-come" });
      assert.deepEqual(
        (await setup.plugin.create(FILTER, missing, { preview: true })).outputs,
        missing,
      );
      const unknown = filter("10s", { namespace: UNKNOWN });
      assert.deepEqual(
        (await setup.plugin.create(FILTER, unknown, { preview: true })).outputs,
        unknown,
      );
      assert.equal(setup.server.writes.length, 1);
    });

    it("says in a preview what the server will refuse", async () => {
      setup.server.refusals.push({
        method: "POST",
        code: 422,
        reason: "Invalid",
        message: "spec: bad",
      });
      await assert.rejects(setup.plugin.create(FILTER, filter(), { preview: true }), {
        message: "spec: bad",
      });
    });

    it("says that the kind's definition is missing", async () => {
      const urn = UNDEFINED_KIND;
      const inputs = {
        apiVersion: "networking.istio.io/v1",
        kind: "Thing",
        metadata: { name: "x" },
      };
      assert.deepEqual((await setup.plugin.create(urn, inputs, { preview: true })).outputs, inputs);
    });
  });

  describe("update", () => {
    it("applies the new inputs under the object's own manager, which takes over from the create", async () => {
      const { id, outputs } = await setup.plugin.create(FILTER, filter());
      const updated = await setup.plugin.update(FILTER, id, filter(), outputs, filter("30s"));
      assert.deepEqual(updated.spec, { patch: { idle_timeout: "30s" } });
      assert.equal(updated.__fieldManager, outputs.__fieldManager);
      const [, handOver, apply] = setup.server.writes;
      assert.deepEqual(
        handOver?.body[0].value.map((one: PropertyMap) => [one.manager, one.operation]),
        [[outputs.__fieldManager, "Apply"]],
      );
      assert.deepEqual(apply?.query, { fieldManager: outputs.__fieldManager, force: "false" });
    });

    it("keeps to the manager that the annotation names", async () => {
      const inputs = filter("10s", managedBy("ours"));
      const { id, outputs } = await setup.plugin.create(FILTER, inputs);
      const news = filter("30s", managedBy("ours"));
      const updated = await setup.plugin.update(FILTER, id, inputs, outputs, news);
      assert.equal(updated.__fieldManager, "ours");
      const applied = setup.server.writes.filter(({ query }) => query.force !== undefined);
      assert.deepEqual(
        applied.map(({ query }) => query.fieldManager),
        ["ours"],
      );
    });

    it("gives up what it applied under another manager before", async () => {
      const { id, outputs } = await setup.plugin.create(FILTER, filter());
      const news = filter("30s", managedBy("ours"));
      const updated = await setup.plugin.update(FILTER, id, filter(), outputs, news);
      assert.equal(updated.__fieldManager, "ours");
      const [apply, relinquish] = setup.server.writes.slice(-2);
      assert.ok(apply && relinquish);
      assert.deepEqual(apply.query, { fieldManager: "ours", force: "false" });
      const query = { fieldManager: outputs.__fieldManager, force: "false" };
      assert.deepEqual(relinquish.query, query);
      assert.deepEqual(relinquish.body, {
        apiVersion: "networking.istio.io/v1alpha3",
        kind: "EnvoyFilter",
        metadata: { name: "idle", namespace: "default" },
      });
    });

    it("asks the server in a preview", async () => {
      const { id, outputs } = await setup.plugin.create(FILTER, filter());
      const preview = { preview: true };
      const updated = await setup.plugin.update(
        FILTER,
        id,
        filter(),
        outputs,
        filter("30s"),
        preview,
      );
      assert.deepEqual(updated.spec, { patch: { idle_timeout: "30s" } });
      assert.deepEqual(setup.server.objects.get(`${FILTERS}/idle`).spec, {
        patch: { idle_timeout: "10s" },
      });
    });

    it("waits for the rollout of a changed template", async () => {
      const { id, outputs } = await setup.createDeployment();
      const news = deployment({ template: { spec: { hostname: "h" } } });
      const writes = setup.server.writes.length;
      const updated = setup.plugin.update(DEPLOYMENT, id, deployment(), outputs, news);
      // The watch of the create may still be there, so a watch does not tell that the update came.
      await eventually("it is updated", () => setup.server.writes.length > writes);
      await setup.server.untilWatched("web");
      setup.server.edit(`${DEPLOYMENTS}/web`, rolledOut);
      assert.equal(((await updated).status as PropertyMap).observedGeneration, 2);
    });

    it("tells who else has changed a field, and is tried again the next time", async () => {
      const { id, outputs } = await setup.plugin.create(FILTER, filter());
      const message = 'Apply failed with 1 conflict: conflict with "kubectl": .spec.patch';
      setup.server.edit(`${FILTERS}/idle`, (object) => (object.metadata.managedFields = []));
      setup.server.refusals.push({ method: "PATCH", code: 409, reason: "Conflict", message });
      await assert.rejects(
        setup.plugin.update(FILTER, id, filter(), outputs, filter("30s")),
        (error: CallError) => {
          assert.match(error.message, /server-side apply field conflict detected/);
          assert.match(error.message, /conflict with "kubectl": \.spec\.patch$/);
          assert.deepEqual(error.partial?.properties.__inputs, filter("30s"));
          return true;
        },
      );
    });

    it("fails for an object that is gone", async () => {
      const { id, outputs } = await setup.plugin.create(FILTER, filter());
      setup.server.remove(`${FILTERS}/idle`);
      await assert.rejects(
        setup.plugin.update(FILTER, id, filter(), outputs, filter("30s")),
        (error: CallError) => {
          assert.match(error.message, /envoyfilters "idle" not found\nunable to get cluster state/);
          assert.equal(error.partial, undefined);
          return true;
        },
      );
    });
  });

  describe("read", () => {
    it("finds an unchanged object unchanged, however the server writes its values", async () => {
      const inputs = deployment({ template: { cpu: "0.5" } });
      const { id, outputs } = await setup.createDeployment(inputs);
      const canonical = {
        ...outputs,
        spec: { ...(outputs.spec as PropertyMap), template: { cpu: "500m" } },
      };
      setup.server.edit(`${DEPLOYMENTS}/web`, (object) => {
        object.spec.template.cpu = "500m";
        object.spec.progressDeadlineSeconds = 600;
      });
      const read = await setup.plugin.read(DEPLOYMENT, id, inputs, canonical);
      assert.deepEqual(read.inputs, inputs);
      assert.equal((read.outputs.spec as PropertyMap).progressDeadlineSeconds, 600);
    });

    it("finds what was changed from outside, and only that", async () => {
      const inputs = filter("10s", { labels: { a: secret("b") } });
      const { id, outputs } = await setup.plugin.create(FILTER, inputs);
      setup.server.edit(`${FILTERS}/idle`, (object) => {
        object.spec.patch.idle_timeout = "1s";
        object.spec.added = true;
      });
      const read = await setup.plugin.read(FILTER, id, inputs, outputs);
      assert.deepEqual(read.inputs, { ...inputs, spec: { patch: { idle_timeout: "1s" } } });
    });

    it("finds an object gone", async () => {
      const read = await setup.plugin.read(FILTER, "default/idle", filter(), filter());
      assert.deepEqual(read, { id: "", inputs: {}, outputs: {} });
    });

    it("says that a Deployment isn't what it should be", async () => {
      const { id, outputs } = await setup.createDeployment();
      setup.server.edit(`${DEPLOYMENTS}/web`, (object) => {
        object.status.conditions[0] = { type: "Available", status: "False" };
      });
      await assert.rejects(
        setup.plugin.read(DEPLOYMENT, id, deployment(), outputs),
        (error: CallError) => {
          assert.equal(error.partial?.id, id);
          assert.equal(
            error.partial.reasons[0],
            "Resource 'web' was created but failed to initialize",
          );
          return true;
        },
      );
    });

    it("takes an object of others as inputs without what the server decides", async () => {
      const metadata = { name: "idle", namespace: "default", uid: "u", generation: 1 };
      setup.server.add(`${FILTERS}/idle`, { ...(filter("7s") as PlainMap), metadata });
      const read = await setup.plugin.read(FILTER, "default/idle", {}, {});
      assert.deepEqual(read.inputs, filter("7s"));
    });
  });

  describe("delete", () => {
    it("waits until the object is gone", async () => {
      const { id, outputs } = await setup.plugin.create(FILTER, filter());
      setup.server.holdDeletions = true;
      let done = false;
      const deleted = setup.plugin.delete(FILTER, id, filter(), outputs).then(() => (done = true));
      await setup.server.untilWatched("idle");
      assert.equal(done, false);
      setup.server.remove(`${FILTERS}/idle`);
      await deleted;
      assert.equal(setup.server.writes.at(-1)?.body.propagationPolicy, "Foreground");
    });

    it("is done when the object is gone already", async () => {
      await setup.plugin.delete(FILTER, "default/idle", filter(), filter());
    });

    it("is done when the kind itself is gone", async () => {
      const urn = UNDEFINED_KIND;
      const object = {
        apiVersion: "networking.istio.io/v1",
        kind: "Thing",
        metadata: { name: "x" },
      };
      await setup.plugin.delete(urn, "default/x", object, object);
    });

    it("says what holds it up when time is over", async () => {
      const inputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh" } };
      const { id, outputs } = await setup.plugin.create(NAMESPACE, inputs);
      setup.server.holdDeletions = true;
      setup.server.edit("/api/v1/namespaces/mesh", (object) => {
        object.status.conditions = [
          { type: "NamespaceContentRemaining", status: "True", message: "pods remain" },
        ];
      });
      await assert.rejects(setup.plugin.delete(NAMESPACE, id, inputs, outputs, 0.3), {
        message: "'mesh' timed out waiting to be deleted: pods remain",
      });
    });
  });
});
