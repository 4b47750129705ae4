import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Plugin } from "../harness.ts";
import { FILTER, filter, withKubernetes } from "./setup.ts";

describe("kubernetes plugin", () => {
  const setup = withKubernetes();

  it("has the version of the package it stands in for", async () => {
    assert.equal(await setup.plugin.version(), "4.29.0");
  });

  it("offers no other kind", async () => {
    const urn = setup.plugin.urn("kubernetes:batch/v1:Job", "job");
    await assert.rejects(setup.plugin.create(urn, {}), {
      message: "the lab's kubernetes plugin doesn't offer kubernetes:batch/v1:Job",
    });
  });
});

describe("configuration of the kubernetes plugin", () => {
  const setup = withKubernetes();

  it("refuses what it would have to ignore", async () => {
    const failures = await setup.plugin.checkConfig({
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
      `the lab's kubernetes plugin doesn't offer "${key}", only context, enablePatchForce, kubeconfig, upsertExistingObjects`;
    assert.deepEqual(failures, {
      renderYamlToDirectory: reason("renderYamlToDirectory"),
      cluster: reason("cluster"),
      namespace: reason("namespace"),
    });
  });

  it("leaves the choice of the file to kubectl and its environment", async () => {
    await setup.plugin.configure({});
    assert.equal(
      setup.lastCall(),
      "/from/environment|config view --raw --minify --flatten --output=json",
    );
  });

  it("hands on context and path", async () => {
    const path = join(setup.folder, "config.json");
    await setup.plugin.configure({ kubeconfig: path, context: "there" });
    assert.match(setup.lastCall(), new RegExp(` --kubeconfig=${path} --context=there$`));
  });

  it("takes the text of a kubeconfig, and leaves no file of it behind", async () => {
    await setup.plugin.configure({ kubeconfig: "apiVersion: v1\nkind: Config\n" });
    const [, file = ""] = /--kubeconfig=(\S+)/.exec(setup.lastCall()) ?? [];
    assert.throws(() => readFileSync(file), { code: "ENOENT" });
  });

  it("says why there is no cluster when one is needed", async () => {
    await setup.plugin.configure({ context: "missing" });
    await assert.rejects(setup.plugin.create(FILTER, filter()), {
      message:
        "configured Kubernetes cluster is unreachable: unable to load Kubernetes client " +
        "configuration from kubeconfig file. Make sure you have: \n\n \t • set up the provider as per " +
        "https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n " +
        'context "missing" does not exist',
    });
  });

  it("refuses a user it can't authenticate", async () => {
    setup.writeConfig("http://127.0.0.1:1", { exec: { command: "aws" } });
    await setup.plugin.configure({});
    await assert.rejects(
      setup.plugin.create(FILTER, filter()),
      /the kubeconfig's user "admin" has exec, of which the lab's kubernetes plugin knows only client-certificate-data, /,
    );
  });

  it("names a server that doesn't answer", async () => {
    setup.writeConfig("http://127.0.0.1:1");
    await setup.plugin.configure({});
    await assert.rejects(setup.plugin.check(FILTER, { metadata: {} }), {
      message:
        "configured Kubernetes cluster is unreachable: http://127.0.0.1:1: " +
        "connect ECONNREFUSED 127.0.0.1:1",
    });
  });

  it("names the way out for an object whose cluster is gone", async () => {
    setup.writeConfig("http://127.0.0.1:1");
    await setup.plugin.configure({});
    const wayOut =
      /you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"$/;
    await assert.rejects(setup.plugin.delete(FILTER, "ns/x", filter(), filter()), wayOut);
    await assert.rejects(setup.plugin.read(FILTER, "ns/x", filter(), filter()), wayOut);
  });

  it("forgets such an object when it is told so", async () => {
    const env = { ...setup.env(), PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    const forgetful = await Plugin.start("kubernetes", env);
    try {
      await forgetful.configure({ context: "missing" });
      await forgetful.delete(FILTER, "ns/x", filter(), filter());
      assert.equal((await forgetful.read(FILTER, "ns/x", filter(), filter())).id, "");
      await assert.rejects(forgetful.create(FILTER, filter()), /unreachable/);
    } finally {
      await forgetful.stop();
    }
  });

  it("replaces everything when the cluster is another one, and not for another path", async () => {
    const one = join(setup.folder, "one.json");
    writeFileSync(one, "{}");
    const unchanged = await setup.plugin.diffConfig({ kubeconfig: "/a" }, { kubeconfig: one });
    assert.deepEqual(unchanged.details, { kubeconfig: "update" });
  });
});
