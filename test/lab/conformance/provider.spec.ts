import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../../../lab/base/exec.ts";
import { PAUSE_IMAGE } from "../../../lab/build/images.ts";
import { projectDir } from "../../../lab/base/paths.ts";
import { TestStack } from "./testStack.ts";
import type { Declared } from "./testStack.ts";
import { command, envoyFilter, namespace, remoteImage } from "./resources.ts";
import { env, newName, prefix, project } from "./workspace.ts";

function provider(name: string, properties: Record<string, unknown>): Declared {
  return { name: "chosen", type: `pulumi:providers:${name}`, properties };
}

/** Options of a resource on the provider of the case. */
const chosen = { provider: "chosen" };

describe("the plugins", () => {
  it("are listed in the versions that the stack's packages ask for", async () => {
    const text = await exec("pulumi", ["plugin", "ls", "--json"], { cwd: project, env });
    const listed = (JSON.parse(text) as { name: string; kind: string; version: string }[])
      .filter(({ kind }) => kind === "resource")
      .map(({ name, version }) => `${name} ${version}`);
    const wanted = ["command", "docker", "kubernetes"].map((name) => {
      const file = join(projectDir, "node_modules", "@pulumi", name, "package.json");
      const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
      return `${name} ${version}`;
    });
    assert.deepEqual(listed.sort(), wanted);
  });

  it("are used without a warning", async () => {
    const stack = await TestStack.create();
    const run = await stack.up(
      namespace({ name: newName() }),
      remoteImage(PAUSE_IMAGE),
      command({ create: "true" }),
    );
    assert.equal(run.warnings, "");
    assert.doesNotMatch(run.output, /warning/i);
  });
});

describe("configuration of kubernetes", () => {
  it("with a context that isn't there fails naming it", async () => {
    const stack = await TestStack.create();
    const { errors } = await stack.upFailing(
      provider("kubernetes", { context: "nowhere" }),
      namespace({ name: newName() }, chosen),
    );
    assert.match(errors, /configured Kubernetes cluster is unreachable/);
    assert.match(errors, /unable to load Kubernetes client configuration from kubeconfig file/);
    assert.match(errors, /context "nowhere" does not exist/);
    assert.deepEqual(stack.state(), {});
  });

  it("with a context that is there takes it", async () => {
    const stack = await TestStack.create();
    const context = (await exec("kubectl", ["config", "current-context"], { env })).trim();
    const { steps } = await stack.up(
      provider("kubernetes", { context }),
      namespace({ name: prefix }, { ...chosen, id: prefix }),
    );
    assert.deepEqual(steps, ["read namespace"]);
  });

  it("with a kubeconfig as text uses it", async () => {
    const stack = await TestStack.create();
    const kubeconfig = await exec("kubectl", ["config", "view", "--raw", "--flatten"], { env });
    const name = newName();
    await stack.up(provider("kubernetes", { kubeconfig }), envoyFilter({ name }, {}, chosen));
    assert.equal(stack.state().filter!.id, `${prefix}/${name}`);
  });

  it("with a server that doesn't answer fails naming it", async () => {
    const stack = await TestStack.create();
    const { errors } = await stack.upFailing(
      provider("kubernetes", { kubeconfig: kubeconfigFor("http://127.0.0.1:1") }),
      namespace({ name: newName() }, chosen),
    );
    assert.match(errors, /configured Kubernetes cluster is unreachable/);
    assert.match(errors, /http:\/\/127\.0\.0\.1:1/);
    assert.deepEqual(stack.state(), {});
  });
});

describe("configuration of docker", () => {
  it("with a host where no daemon listens fails", async () => {
    const stack = await TestStack.create();
    const { errors } = await stack.upFailing(
      provider("docker", { host: "unix:///nowhere/docker.sock" }),
      { ...remoteImage(PAUSE_IMAGE), options: chosen },
    );
    assert.match(errors, /failed to connect to (any|the) docker daemon/i);
    assert.deepEqual(stack.state(), {});
  });

  it("with a host that can't be one fails naming it", async () => {
    const stack = await TestStack.create();
    const { errors } = await stack.previewFailing(provider("docker", { host: "gibberish" }), {
      ...remoteImage(PAUSE_IMAGE),
      options: chosen,
    });
    assert.match(errors, /gibberish/);
  });
});

/** Makes a kubeconfig with one context, whose user has no credentials. */
function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "only", cluster: { server } }],
    users: [{ name: "only", user: {} }],
    contexts: [{ name: "only", context: { cluster: "only", user: "only" } }],
    "current-context": "only",
  });
}
