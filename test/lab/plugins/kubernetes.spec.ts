import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secret, UNKNOWN } from "../../../lab/plugins/shared/value.ts";
import type { PlainMap, PropertyMap } from "../../../lab/plugins/shared/value.ts";
import { FakeApiServer, rolledOut } from "./fakeApiServer.ts";
import type { CallError } from "./harness.ts";
import { Plugin } from "./harness.ts";
import { until } from "./until.ts";

/** Prints the configuration it is given, or fails as kubectl does for a context it can't find. */
const KUBECTL = `#!/bin/sh
echo "$KUBECONFIG|$*" >> "$STUB_FOLDER/calls"
case "$*" in *--context=missing*) echo "error: cannot locate context missing" >&2; exit 1;; esac
cat "$STUB_FOLDER/config.json"
`;

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const FILTERS = "/apis/networking.istio.io/v1alpha3/namespaces/default/envoyfilters";

describe("kubernetes plugin", () => {
  let server: FakeApiServer;
  let plugin: Plugin;
  let folder: string;
  let namespaceUrn: string, deploymentUrn: string, filterUrn: string;

  const writeConfig = (url: string, user: object = { token: "t0ken" }): void => {
    const config = {
      clusters: [{ cluster: { server: url } }],
      contexts: [{ context: {} }],
      users: [{ name: "admin", user }],
    };
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  };

  const environment = (): Record<string, string> => ({
    PATH: `${folder}:${process.env.PATH}`,
    STUB_FOLDER: folder,
    KUBECONFIG: "/from/environment",
  });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kubernetes-"));
    writeFileSync(join(folder, "kubectl"), KUBECTL);
    chmodSync(join(folder, "kubectl"), 0o755);
    plugin = await Plugin.start("kubernetes", environment());
    namespaceUrn = plugin.urn("kubernetes:core/v1:Namespace", "mesh");
    deploymentUrn = plugin.urn("kubernetes:apps/v1:Deployment", "web");
    filterUrn = plugin.urn("kubernetes:networking.istio.io/v1alpha3:EnvoyFilter", "idle");
  });

  after(async () => {
    await plugin.stop();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    server = new FakeApiServer();
    writeConfig(await server.start());
    await plugin.configure({});
    plugin.logged.length = 0;
  });

  afterEach(() => {
    server.stop();
  });

  const filter = (idleTimeout = "10s", metadata: PropertyMap = {}): PropertyMap => ({
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: "idle", namespace: "default", ...metadata },
    spec: { patch: { idle_timeout: idleTimeout } },
  });

  const deployment = (spec: PropertyMap = {}, metadata: PropertyMap = {}): PropertyMap => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default", ...metadata },
    spec: { selector: { matchLabels: { app: "web" } }, template: { spec: {} }, ...spec },
  });

  const managedBy = (fieldManager: string): PropertyMap => ({
    annotations: { "pulumi.com/patchFieldManager": fieldManager },
  });

  /** Creates a Deployment whose rollout succeeds. */
  const createDeployment = async (inputs = deployment()): ReturnType<Plugin["create"]> => {
    const created = plugin.create(deploymentUrn, inputs);
    await server.untilWatched("web");
    server.edit(`${DEPLOYMENTS}/web`, rolledOut);
    return created;
  };

  const metadataOf = (properties: PropertyMap): PropertyMap => properties.metadata as PropertyMap;

  it("has the version of the package it stands in for", async () => {
    assert.equal(await plugin.version(), "4.29.0");
  });

  describe("configuration", () => {
    const lastCall = (): string =>
      readFileSync(join(folder, "calls"), "utf8").trim().split("\n").at(-1) ?? "";

    it("refuses what it would have to ignore", async () => {
      const failures = await plugin.checkConfig({
        context: "c",
        kubeconfig: "k",
        namespace: "n",
        version: "4.29.0",
        enableServerSideApply: "true",
        deleteUnreachable: "false",
        renderYamlToDirectory: "out",
        cluster: "x",
      });
      const reason = (key: string): string =>
        `the lab's kubernetes plugin doesn't offer "${key}", only context, enablePatchForce, kubeconfig, namespace, upsertExistingObjects`;
      assert.deepEqual(failures, {
        renderYamlToDirectory: reason("renderYamlToDirectory"),
        cluster: reason("cluster"),
      });
    });

    it("leaves the choice of the file to kubectl and its environment", async () => {
      await plugin.configure({});
      assert.equal(
        lastCall(),
        "/from/environment|config view --raw --minify --flatten --output=json",
      );
    });

    it("hands on context and path", async () => {
      const path = join(folder, "config.json");
      await plugin.configure({ kubeconfig: path, context: "there" });
      assert.match(lastCall(), new RegExp(` --kubeconfig=${path} --context=there$`));
    });

    it("takes the text of a kubeconfig, and leaves no file of it behind", async () => {
      await plugin.configure({ kubeconfig: "apiVersion: v1\nkind: Config\n" });
      const [, file = ""] = /--kubeconfig=(\S+)/.exec(lastCall()) ?? [];
      assert.throws(() => readFileSync(file), { code: "ENOENT" });
    });

    it("says why there is no cluster when one is needed", async () => {
      await plugin.configure({ context: "missing" });
      await assert.rejects(plugin.create(filterUrn, filter()), {
        message:
          "configured Kubernetes cluster is unreachable: unable to load Kubernetes client " +
          "configuration from kubeconfig file. Make sure you have: \n\n \t • set up the provider as per " +
          "https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n " +
          'context "missing" does not exist',
      });
    });

    it("refuses a user it can't authenticate", async () => {
      writeConfig("http://127.0.0.1:1", { exec: { command: "aws" } });
      await plugin.configure({});
      await assert.rejects(
        plugin.create(filterUrn, filter()),
        /the kubeconfig's user "admin" has exec, of which the lab's kubernetes plugin knows only client-certificate-data, /,
      );
    });

    it("names a server that doesn't answer", async () => {
      writeConfig("http://127.0.0.1:1");
      await plugin.configure({});
      await assert.rejects(plugin.check(filterUrn, { metadata: {} }), {
        message:
          "configured Kubernetes cluster is unreachable: http://127.0.0.1:1: " +
          "connect ECONNREFUSED 127.0.0.1:1",
      });
    });

    it("names the way out for an object whose cluster is gone", async () => {
      writeConfig("http://127.0.0.1:1");
      await plugin.configure({});
      const wayOut =
        /you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"$/;
      await assert.rejects(plugin.delete(filterUrn, "ns/x", filter(), filter()), wayOut);
      await assert.rejects(plugin.read(filterUrn, "ns/x", filter(), filter()), wayOut);
    });

    it("forgets such an object when it is told so", async () => {
      const env = { ...environment(), PULUMI_K8S_DELETE_UNREACHABLE: "true" };
      const forgetful = await Plugin.start("kubernetes", env);
      try {
        await forgetful.configure({ context: "missing" });
        await forgetful.delete(filterUrn, "ns/x", filter(), filter());
        assert.equal((await forgetful.read(filterUrn, "ns/x", filter(), filter())).id, "");
        await assert.rejects(forgetful.create(filterUrn, filter()), /unreachable/);
      } finally {
        await forgetful.stop();
      }
    });

    it("puts objects without a namespace into the one configured", async () => {
      await plugin.configure({ namespace: "elsewhere" });
      const { inputs } = await plugin.check(filterUrn, { metadata: { name: "x" } });
      assert.equal(metadataOf(inputs).namespace, "elsewhere");
    });

    it("replaces everything when the cluster is another one, and not for another path", async () => {
      const one = join(folder, "one.json");
      writeFileSync(one, "{}");
      const unchanged = await plugin.diffConfig({ kubeconfig: "/a" }, { kubeconfig: one });
      assert.deepEqual(unchanged.details, { kubeconfig: "update" });
    });
  });

  describe("check", () => {
    it("completes kind and namespace", async () => {
      const { inputs } = await plugin.check(filterUrn, { metadata: { name: "a" }, spec: {} });
      assert.deepEqual(inputs, {
        apiVersion: "networking.istio.io/v1alpha3",
        kind: "EnvoyFilter",
        metadata: { name: "a", namespace: "default" },
        spec: {},
      });
    });

    it("gives no namespace to what has none", async () => {
      const { inputs } = await plugin.check(namespaceUrn, { metadata: { name: "a" } });
      assert.deepEqual(inputs.metadata, { name: "a" });
    });

    it("makes up a name, and keeps it", async () => {
      const first = await plugin.check(namespaceUrn, { metadata: { labels: { a: "b" } } });
      assert.match(metadataOf(first.inputs).name as string, /^mesh-[0-9a-f]{8}$/);
      assert.deepEqual(metadataOf(first.inputs).annotations, { "pulumi.com/autonamed": "true" });
      const second = await plugin.check(namespaceUrn, { metadata: {} }, first.inputs);
      assert.equal(metadataOf(second.inputs).name, metadataOf(first.inputs).name);
    });

    it("drops nulls and what only the server decides", async () => {
      const { inputs } = await plugin.check(filterUrn, {
        metadata: { name: "a", uid: "u", resourceVersion: "1", labels: null },
        spec: { patch: { idle_timeout: null, list: [null, 1] } },
      });
      assert.deepEqual(inputs.metadata, { name: "a", namespace: "default" });
      assert.deepEqual(inputs.spec, { patch: { list: [1] } });
    });

    it("leaves unknown and secret values as they are", async () => {
      const { inputs } = await plugin.check(filterUrn, {
        metadata: { name: UNKNOWN },
        spec: { a: secret("s") },
      });
      assert.deepEqual(inputs.metadata, { name: UNKNOWN, namespace: "default" });
      assert.deepEqual(inputs.spec, { a: secret("s") });
    });

    it("completes metadata that is secret or unknown as a whole", async () => {
      const hidden = await plugin.check(filterUrn, { metadata: secret({ name: "x", uid: "u" }) });
      assert.deepEqual(hidden.inputs.metadata, secret({ name: "x", namespace: "default" }));
      const annotated = await plugin.check(filterUrn, {
        metadata: { annotations: secret({ a: "b" }) },
      });
      assert.deepEqual(
        metadataOf(annotated.inputs).annotations,
        secret({ a: "b", "pulumi.com/autonamed": "true" }),
      );
      const unknown = await plugin.check(filterUrn, { metadata: UNKNOWN });
      assert.equal(unknown.inputs.metadata, UNKNOWN);
    });

    it("refuses names made up by the server", async () => {
      await assert.rejects(plugin.check(filterUrn, { metadata: { generateName: "x-" } }), {
        message: "the `.metadata.generateName` field is not supported in Server-Side Apply mode",
      });
    });

    it("takes a kind the server doesn't have yet to be namespaced", async () => {
      const urn = plugin.urn("kubernetes:example.com/v1:Thing", "x");
      const { inputs } = await plugin.check(urn, { metadata: { name: "x" } });
      assert.equal(metadataOf(inputs).namespace, "default");
    });
  });

  describe("diff", () => {
    it("finds none between equal inputs, whatever the server added to the outputs", async () => {
      const live = { ...filter(), metadata: { name: "idle", uid: "u", generation: 3 } };
      const diff = await plugin.diff(filterUrn, filter(), filter(), live);
      assert.deepEqual(diff, { changes: "none", details: {}, deleteBeforeReplace: false });
    });

    it("updates in place", async () => {
      const diff = await plugin.diff(filterUrn, filter("10s"), filter("30s"));
      assert.deepEqual(diff.details, { "spec.patch.idle_timeout": "update" });
    });

    it("replaces for another name, which both can have at once", async () => {
      const diff = await plugin.diff(filterUrn, filter(), filter("10s", { name: "other" }));
      assert.deepEqual(diff.details, { "metadata.name": "update-replace" });
      assert.equal(diff.deleteBeforeReplace, false);
    });

    it("replaces for another selector of a Deployment, the old one first if it has the name", async () => {
      const other = { selector: { matchLabels: { app: "other" } } };
      const named = await plugin.diff(deploymentUrn, deployment(), deployment(other));
      assert.deepEqual(named.details, { "spec.selector.matchLabels.app": "update-replace" });
      assert.equal(named.deleteBeforeReplace, true);

      const annotations = { "pulumi.com/autonamed": "true" };
      const autonamed = await plugin.diff(
        deploymentUrn,
        deployment({}, { annotations }),
        deployment(other, { annotations }),
      );
      assert.equal(autonamed.deleteBeforeReplace, false);
    });
  });

  describe("create", () => {
    it("puts out the live object", async () => {
      const { id, outputs } = await plugin.create(filterUrn, filter());
      assert.equal(id, "default/idle");
      assert.equal(metadataOf(outputs).uid, "uid-1");
      assert.deepEqual(outputs.spec, { patch: { idle_timeout: "10s" } });
      assert.deepEqual(outputs.__inputs, filter());
      assert.match(outputs.__fieldManager as string, /^pulumi-kubernetes-[0-9a-f]{8}$/);
      assert.deepEqual(server.writes[0]?.query, { fieldManager: "pulumi-kubernetes" });
    });

    it("names a cluster-wide object by its name alone", async () => {
      const inputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh" } };
      const { id, outputs } = await plugin.create(namespaceUrn, inputs);
      assert.equal(id, "mesh");
      assert.deepEqual(outputs.status, { phase: "Active" });
    });

    it("refuses to take over an object that is there", async () => {
      server.add(`${FILTERS}/idle`, filter("1s") as PlainMap);
      await assert.rejects(
        plugin.create(filterUrn, filter()),
        /^Error: resource "urn:.*::idle" was not successfully created by the Kubernetes API server: envoyfilters "idle" already exists\n\nThe resource already exists in the cluster/,
      );
      assert.deepEqual(server.objects.get(`${FILTERS}/idle`), filter("1s"));
    });

    it("takes over what is there already, when it is told so", async () => {
      await plugin.configure({ upsertExistingObjects: "true" });
      const first = await plugin.create(filterUrn, filter("10s"));
      await plugin.configure({ upsertExistingObjects: "true", enablePatchForce: "true" });
      const second = await plugin.create(filterUrn, filter("20s"));
      assert.equal(second.id, first.id);
      assert.deepEqual(
        server.writes.map(({ method, query }) => [method, query.force]),
        [
          ["PATCH", "false"],
          ["PATCH", "true"],
        ],
      );
      assert.deepEqual(server.objects.get(`${FILTERS}/idle`)?.spec, {
        patch: { idle_timeout: "20s" },
      });
    });

    it("applies under the manager that the object's annotation names", async () => {
      await plugin.configure({ upsertExistingObjects: "true" });
      const { outputs } = await plugin.create(filterUrn, filter("10s", managedBy("ours")));
      assert.equal(outputs.__fieldManager, "ours");
      assert.deepEqual(server.writes[0]?.query, { fieldManager: "ours", force: "false" });
    });

    it("finds no conflict in a preview", async () => {
      await plugin.configure({ upsertExistingObjects: "true" });
      await plugin.create(filterUrn, filter("10s", managedBy("ours")), { preview: true });
      const query = { fieldManager: "ours", force: "true", dryRun: "All" };
      assert.deepEqual(server.writes[0]?.query, query);
    });

    it("tries again while the namespace is yet to come", async () => {
      const inputs = filter("10s", { namespace: "late" });
      const created = plugin.create(filterUrn, inputs);
      await until(() => plugin.logged.length > 0, "a retry");
      server.add("/api/v1/namespaces/late", {});
      assert.equal((await created).id, "late/idle");
      assert.deepEqual(plugin.logged[0], {
        message: 'Retry #0; creation failed: namespaces "late" not found',
        urn: filterUrn,
        ephemeral: true,
      });
    });

    it("keeps what is secret in the inputs secret in the outputs", async () => {
      const inputs = { ...filter(), spec: { open: "o", hidden: secret("h"), list: [secret("i")] } };
      const { outputs } = await plugin.create(filterUrn, inputs);
      assert.deepEqual(outputs.spec, { open: "o", hidden: secret("h"), list: secret(["i"]) });
      assert.deepEqual((outputs.__inputs as PropertyMap).spec, inputs.spec);
      assert.deepEqual(server.objects.get(`${FILTERS}/idle`).spec, {
        open: "o",
        hidden: "h",
        list: ["i"],
      });
    });

    it("hides the data of a Secret even if the program doesn't", async () => {
      const urn = plugin.urn("kubernetes:core/v1:Secret", "s");
      const inputs = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s", namespace: "default" },
        stringData: { a: "b" },
      };
      const { outputs } = await plugin.create(urn, inputs);
      assert.deepEqual(outputs.stringData, secret({ a: "b" }));
    });

    it("asks the server in a preview, and stores nothing", async () => {
      const { id, outputs } = await plugin.create(deploymentUrn, deployment(), { preview: true });
      assert.equal(id, "");
      assert.equal(metadataOf(outputs).generation, 1);
      assert.equal(outputs.status, undefined);
      assert.equal(server.objects.has(`${DEPLOYMENTS}/web`), false);
    });

    it("previews the inputs where the server can't be asked", async () => {
      const missing = filter("10s", { namespace: "to-come" });
      assert.deepEqual(
        (await plugin.create(filterUrn, missing, { preview: true })).outputs,
        missing,
      );
      const unknown = filter("10s", { namespace: UNKNOWN });
      assert.deepEqual(
        (await plugin.create(filterUrn, unknown, { preview: true })).outputs,
        unknown,
      );
      assert.equal(server.writes.length, 1);
    });

    it("says in a preview what the server will refuse", async () => {
      server.refusals.push({ method: "POST", code: 422, reason: "Invalid", message: "spec: bad" });
      await assert.rejects(plugin.create(filterUrn, filter(), { preview: true }), {
        message: "spec: bad",
      });
    });

    it("says that the kind's definition is missing", async () => {
      const urn = plugin.urn("kubernetes:example.com/v1:Thing", "x");
      const inputs = { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "x" } };
      assert.deepEqual((await plugin.create(urn, inputs, { preview: true })).outputs, inputs);
    });
  });

  describe("waiting for a Deployment", () => {
    it("ends when the newest generation is rolled out", async () => {
      const { outputs } = await createDeployment();
      assert.equal((outputs.status as PropertyMap).availableReplicas, 1);
      assert.deepEqual(
        plugin.logged.map(({ message }) => message),
        ["Waiting for app ReplicaSet to be available (0/1 Pods available)"],
      );
    });

    it("says anything new only once", async () => {
      const created = plugin.create(deploymentUrn, deployment());
      await server.untilWatched("web");
      server.edit(`${DEPLOYMENTS}/web`, (object) => (object.status.replicas = 1));
      server.edit(`${DEPLOYMENTS}/web`, rolledOut);
      await created;
      assert.equal(plugin.logged.length, 1);
    });

    it("doesn't begin if the program says so", async () => {
      const inputs = deployment({}, { annotations: { "pulumi.com/skipAwait": "true" } });
      const { id } = await plugin.create(deploymentUrn, inputs);
      assert.equal(id, "default/web");
    });

    it("keeps the object when time is over, and says what the pods wait for", async () => {
      server.add("/api/v1/namespaces/default/pods/web-1", {
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
      server.add("/api/v1/namespaces/default/events/e", {
        metadata: { name: "e" },
        reason: "Failed",
        message: "Failed to pull image",
        lastTimestamp: "2026-01-01T00:00:00Z",
      });
      const created = plugin.create(deploymentUrn, deployment(), { timeoutSeconds: 0.5 });
      void server.untilWatched("web").then(() => {
        server.edit(`${DEPLOYMENTS}/web`, (object) => {
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

    it("takes the timeout from the annotation too", async () => {
      const annotations = { "pulumi.com/timeoutSeconds": "1" };
      await assert.rejects(plugin.create(deploymentUrn, deployment({}, { annotations })), {
        message: /timed out waiting to be Ready$/,
      });
    });

    it("ends when the object is deleted meanwhile", async () => {
      const created = plugin.create(deploymentUrn, deployment());
      void server.untilWatched("web").then(() => {
        server.remove(`${DEPLOYMENTS}/web`);
      });
      await assert.rejects(created, { message: /'web' was deleted while waiting for it$/ });
    });

    it("ends on cancel, with the object kept", async () => {
      const own = await Plugin.start("kubernetes", {
        PATH: `${folder}:${process.env.PATH}`,
        STUB_FOLDER: folder,
      });
      await own.configure({});
      const created = own.create(deploymentUrn, deployment());
      void server.untilWatched("web").then(() => own.cancel());
      await assert.rejects(created, (error: CallError) => {
        assert.match(error.message, /Resource operation was cancelled for "web"$/);
        assert.equal(error.partial?.id, "default/web");
        return true;
      });
      await own.stop();
    });
  });

  describe("update", () => {
    it("applies the new inputs under the object's own manager, which takes over from the create", async () => {
      const { id, outputs } = await plugin.create(filterUrn, filter());
      const updated = await plugin.update(filterUrn, id, filter(), outputs, filter("30s"));
      assert.deepEqual(updated.spec, { patch: { idle_timeout: "30s" } });
      assert.equal(updated.__fieldManager, outputs.__fieldManager);
      const [, handOver, apply] = server.writes;
      assert.deepEqual(
        handOver?.body[0].value.map((one: PropertyMap) => [one.manager, one.operation]),
        [[outputs.__fieldManager, "Apply"]],
      );
      assert.deepEqual(apply?.query, { fieldManager: outputs.__fieldManager, force: "false" });
    });

    it("keeps to the manager that the annotation names", async () => {
      const inputs = filter("10s", managedBy("ours"));
      const { id, outputs } = await plugin.create(filterUrn, inputs);
      const news = filter("30s", managedBy("ours"));
      const updated = await plugin.update(filterUrn, id, inputs, outputs, news);
      assert.equal(updated.__fieldManager, "ours");
      const applied = server.writes.filter(({ query }) => query.force !== undefined);
      assert.deepEqual(
        applied.map(({ query }) => query.fieldManager),
        ["ours"],
      );
    });

    it("gives up what it applied under another manager before", async () => {
      const { id, outputs } = await plugin.create(filterUrn, filter());
      const news = filter("30s", managedBy("ours"));
      const updated = await plugin.update(filterUrn, id, filter(), outputs, news);
      assert.equal(updated.__fieldManager, "ours");
      const [apply, relinquish] = server.writes.slice(-2);
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
      const { id, outputs } = await plugin.create(filterUrn, filter());
      const preview = { preview: true };
      const updated = await plugin.update(filterUrn, id, filter(), outputs, filter("30s"), preview);
      assert.deepEqual(updated.spec, { patch: { idle_timeout: "30s" } });
      assert.deepEqual(server.objects.get(`${FILTERS}/idle`).spec, {
        patch: { idle_timeout: "10s" },
      });
    });

    it("waits for the rollout of a changed template", async () => {
      const { id, outputs } = await createDeployment();
      const news = deployment({ template: { spec: { hostname: "h" } } });
      const writes = server.writes.length;
      const updated = plugin.update(deploymentUrn, id, deployment(), outputs, news);
      // The watch of the create may still be there, so a watch does not tell that the update came.
      await until(() => server.writes.length > writes, "the update");
      await server.untilWatched("web");
      server.edit(`${DEPLOYMENTS}/web`, rolledOut);
      assert.equal(((await updated).status as PropertyMap).observedGeneration, 2);
    });

    it("tells who else has changed a field, and is tried again the next time", async () => {
      const { id, outputs } = await plugin.create(filterUrn, filter());
      const message = 'Apply failed with 1 conflict: conflict with "kubectl": .spec.patch';
      server.edit(`${FILTERS}/idle`, (object) => (object.metadata.managedFields = []));
      server.refusals.push({ method: "PATCH", code: 409, reason: "Conflict", message });
      await assert.rejects(
        plugin.update(filterUrn, id, filter(), outputs, filter("30s")),
        (error: CallError) => {
          assert.match(error.message, /server-side apply field conflict detected/);
          assert.match(error.message, /conflict with "kubectl": \.spec\.patch$/);
          assert.deepEqual(error.partial?.properties.__inputs, filter("30s"));
          return true;
        },
      );
    });

    it("fails for an object that is gone", async () => {
      const { id, outputs } = await plugin.create(filterUrn, filter());
      server.remove(`${FILTERS}/idle`);
      await assert.rejects(
        plugin.update(filterUrn, id, filter(), outputs, filter("30s")),
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
      const { id, outputs } = await createDeployment(inputs);
      const canonical = {
        ...outputs,
        spec: { ...(outputs.spec as PropertyMap), template: { cpu: "500m" } },
      };
      server.edit(`${DEPLOYMENTS}/web`, (object) => {
        object.spec.template.cpu = "500m";
        object.spec.progressDeadlineSeconds = 600;
      });
      const read = await plugin.read(deploymentUrn, id, inputs, canonical);
      assert.deepEqual(read.inputs, inputs);
      assert.equal((read.outputs.spec as PropertyMap).progressDeadlineSeconds, 600);
    });

    it("finds what was changed from outside, and only that", async () => {
      const inputs = filter("10s", { labels: { a: secret("b") } });
      const { id, outputs } = await plugin.create(filterUrn, inputs);
      server.edit(`${FILTERS}/idle`, (object) => {
        object.spec.patch.idle_timeout = "1s";
        object.spec.added = true;
      });
      const read = await plugin.read(filterUrn, id, inputs, outputs);
      assert.deepEqual(read.inputs, { ...inputs, spec: { patch: { idle_timeout: "1s" } } });
    });

    it("finds an object gone", async () => {
      const read = await plugin.read(filterUrn, "default/idle", filter(), filter());
      assert.deepEqual(read, { id: "", inputs: {}, outputs: {} });
    });

    it("says that a Deployment isn't what it should be", async () => {
      const { id, outputs } = await createDeployment();
      server.edit(`${DEPLOYMENTS}/web`, (object) => {
        object.status.conditions[0] = { type: "Available", status: "False" };
      });
      await assert.rejects(
        plugin.read(deploymentUrn, id, deployment(), outputs),
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
      server.add(`${FILTERS}/idle`, { ...(filter("7s") as PlainMap), metadata });
      const read = await plugin.read(filterUrn, "default/idle", {}, {});
      assert.deepEqual(read.inputs, filter("7s"));
    });
  });

  describe("delete", () => {
    it("waits until the object is gone", async () => {
      const { id, outputs } = await plugin.create(filterUrn, filter());
      server.holdDeletions = true;
      let done = false;
      const deleted = plugin.delete(filterUrn, id, filter(), outputs).then(() => (done = true));
      await server.untilWatched("idle");
      assert.equal(done, false);
      server.remove(`${FILTERS}/idle`);
      await deleted;
      assert.equal(server.writes.at(-1)?.body.propagationPolicy, "Foreground");
    });

    it("is done when the object is gone already", async () => {
      await plugin.delete(filterUrn, "default/idle", filter(), filter());
    });

    it("is done when the kind itself is gone", async () => {
      const urn = plugin.urn("kubernetes:example.com/v1:Thing", "x");
      const object = { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "x" } };
      await plugin.delete(urn, "default/x", object, object);
    });

    it("says what holds it up when time is over", async () => {
      const inputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh" } };
      const { id, outputs } = await plugin.create(namespaceUrn, inputs);
      server.holdDeletions = true;
      server.edit("/api/v1/namespaces/mesh", (object) => {
        object.status.conditions = [
          { type: "NamespaceContentRemaining", status: "True", message: "pods remain" },
        ];
      });
      await assert.rejects(plugin.delete(namespaceUrn, id, inputs, outputs, 0.3), {
        message: "'mesh' timed out waiting to be deleted: pods remain",
      });
    });
  });
});
