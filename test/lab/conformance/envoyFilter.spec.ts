import assert from "node:assert/strict";
import { applyAs, kubectl, kubeObject } from "./outside.ts";
import { envoyFilter } from "./resources.ts";
import { TestStack } from "./testStack.ts";
import type { Declared } from "./testStack.ts";
import { newName, prefix } from "./workspace.ts";

const PROXY = "spec.configPatches[0].patch.value.typed_config";

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function tcpProxyOf(filter: any): Record<string, unknown> {
  return filter.spec.configPatches[0].patch.value.typed_config;
}

/** Sets the filter's idle timeout as somebody else. */
async function setOutside(name: string, idleTimeout: string): Promise<void> {
  const path = "/spec/configPatches/0/patch/value/typed_config/idle_timeout";
  const patch = JSON.stringify([{ op: "replace", path, value: idleTimeout }]);
  await kubectl("patch", "envoyfilter", name, `--namespace=${prefix}`, "--type=json", "-p", patch);
}

/** Who manages fields of the filter. */
async function managersOf(name: string): Promise<string[]> {
  const path = "--output=jsonpath={.metadata.managedFields[*].manager}";
  const scope = ["--namespace", prefix, "--show-managed-fields"];
  return (await kubectl("get", "envoyfilter", name, ...scope, path)).split(" ");
}

describe("kubernetes EnvoyFilter", () => {
  it("is created, left alone, changed in place and deleted", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(envoyFilter({ name }, { idle_timeout: "10s" }));
    assert.equal(stack.state().filter!.id, `${prefix}/${name}`);
    assert.equal(tcpProxyOf(await kubeObject("envoyfilter", name)).idle_timeout, "10s");
    assert.deepEqual((await stack.up(envoyFilter({ name }, { idle_timeout: "10s" }))).steps, []);
    assert.deepEqual((await stack.refresh()).steps, []);
    const { steps, changes } = await stack.up(envoyFilter({ name }, { idle_timeout: "30s" }));
    assert.deepEqual(steps, ["update filter"]);
    assert.deepEqual(changes.filter, { [`${PROXY}.idle_timeout`]: "update" });
    assert.equal(tcpProxyOf(await kubeObject("envoyfilter", name)).idle_timeout, "30s");
    assert.deepEqual((await stack.destroy()).steps, ["delete filter"]);
    assert.equal(await kubeObject("envoyfilter", name), undefined);
  });

  it("has no nulls, which version 4.29 strips, and stays without changes", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const withNull = envoyFilter({ name }, { idle_timeout: null, stat_prefix: "kept" });
    await stack.up(withNull);
    const typedConfig = tcpProxyOf(await kubeObject("envoyfilter", name));
    assert.deepEqual(Object.keys(typedConfig).sort(), ["@type", "stat_prefix"]);
    assert.deepEqual((await stack.up(withNull)).steps, []);
    assert.deepEqual((await stack.refresh()).steps, []);
  });

  it("that others changed is found so by a refresh, and changed back", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const wanted = envoyFilter({ name }, { idle_timeout: "10s" });
    await stack.up(wanted);
    await setOutside(name, "99s");
    assert.deepEqual((await stack.refresh()).steps, ["found update filter"]);
    assert.equal(tcpProxyOf(stack.state().filter!.outputs).idle_timeout, "99s");
    assert.deepEqual((await stack.up(wanted)).steps, ["update filter"]);
    assert.equal(tcpProxyOf(await kubeObject("envoyfilter", name)).idle_timeout, "10s");
  });

  it("that another field manager owns is left to it, unless patchForce says otherwise", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const managed = (force: boolean, idleTimeout: string): ReturnType<typeof envoyFilter> =>
      envoyFilter(
        { name, ...(force && { annotations: { "pulumi.com/patchForce": "true" } }) },
        { idle_timeout: idleTimeout },
      );
    await stack.up(managed(false, "10s"));
    await stack.up(managed(false, "20s"));
    const live = await kubeObject("envoyfilter", name);
    const { apiVersion, kind, spec } = live;
    tcpProxyOf(live).idle_timeout = "99s";
    const theirs = { apiVersion, kind, metadata: { name, namespace: prefix }, spec };
    await applyAs("somebody", theirs);
    const { errors } = await stack.upFailing(managed(false, "30s"));
    assert.match(errors, /field conflict detected/);
    assert.match(errors, /conflict with "somebody"/, "the server's own words");
    assert.equal(tcpProxyOf(await kubeObject("envoyfilter", name)).idle_timeout, "99s");
    await stack.up(managed(true, "30s"));
    assert.equal(tcpProxyOf(await kubeObject("envoyfilter", name)).idle_timeout, "30s");
  });

  it("that is there already is taken over where the provider is told so", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const theirs = envoyFilter({ name }, { idle_timeout: "99s" }).properties;
    await applyAs("somebody", theirs);
    const provider: Declared = {
      name: "taking",
      type: "pulumi:providers:kubernetes",
      properties: { upsertExistingObjects: "true", enablePatchForce: "true" },
    };
    const ours = envoyFilter({ name }, { idle_timeout: "10s" }, { provider: "taking" });
    assert.deepEqual((await stack.up(provider, ours)).steps, ["create filter"]);
    assert.equal(tcpProxyOf(await kubeObject("envoyfilter", name)).idle_timeout, "10s");
    assert.deepEqual((await stack.up(provider, ours)).steps, []);
  });

  it("that a killed update made is changed without a conflict where the manager is named", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const annotations = { "pulumi.com/patchFieldManager": "ours" };
    const provider: Declared = {
      name: "taking",
      type: "pulumi:providers:kubernetes",
      properties: { upsertExistingObjects: "true" },
    };
    const wanted = (idleTimeout: string, labels: Record<string, string> = {}): Declared =>
      envoyFilter(
        { name, annotations, labels },
        { idle_timeout: idleTimeout },
        { provider: "taking" },
      );
    // The killed update applied this, and the state knows nothing of it.
    await applyAs("ours", wanted("10s", { kept: "yes", dropped: "yes" }).properties);
    await stack.up(provider, wanted("10s", { kept: "yes" }));
    await stack.up(provider, wanted("20s", { kept: "yes" }));
    const live = await kubeObject("envoyfilter", name);
    assert.equal(tcpProxyOf(live).idle_timeout, "20s");
    assert.deepEqual(live.metadata.labels, { kept: "yes" });
    assert.deepEqual(await managersOf(name), ["ours"]);
  });

  it("that gets another field manager is given up by the one before", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const managed = (annotations: Record<string, string>): Declared =>
      envoyFilter({ name, annotations }, { idle_timeout: "10s" });
    await stack.up(managed({ step: "one" }));
    await stack.up(managed({ step: "two" }));
    const [before, ...none] = await managersOf(name);
    assert.match(before ?? "", /^pulumi-kubernetes-[0-9a-f]+$/);
    assert.deepEqual(none, []);
    await stack.up(managed({ step: "two", "pulumi.com/patchFieldManager": "ours" }));
    assert.deepEqual(await managersOf(name), ["ours"]);
  });

  it("whose deletion is held up fails after customTimeouts, and stays", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const held = envoyFilter(
      { name, finalizers: ["conformance.example/hold"] },
      { idle_timeout: "10s" },
      { customTimeouts: { delete: "5s" } },
    );
    await stack.up(held);
    const run = await stack.destroyFailing();
    assert.match(run.errors, /timed out|timeout/i);
    const holder = /finalizers might be preventing deletion \(conformance\.example\/hold\)/;
    assert.match(run.warnings, holder);
    assert.ok(run.tookMs > 5_000 && run.tookMs < 60_000, `took ${run.tookMs} ms`);
    assert.equal(stack.state().filter!.id, `${prefix}/${name}`);
    const release = JSON.stringify({ metadata: { finalizers: null } });
    await kubectl(
      "patch",
      "envoyfilter",
      name,
      `--namespace=${prefix}`,
      "--type=merge",
      "-p",
      release,
    );
    assert.deepEqual((await stack.destroy()).steps, ["delete filter"]);
    assert.deepEqual(stack.state(), {});
  });
});
