import assert from "node:assert/strict";
import { Lines } from "../../../lab/plugins/command/lines.ts";
import { parseDaemonAddress } from "../../../lab/plugins/docker/address.ts";
import { nanoseconds } from "../../../lab/plugins/docker/container/body.ts";
import { parseIgnore } from "../../../lab/plugins/docker/image/ignore.ts";
import { parseReference, pinnedName } from "../../../lab/plugins/docker/reference.ts";
import { handOver } from "../../../lab/plugins/kubernetes/managers.ts";
import { kindOfToken } from "../../../lab/plugins/kubernetes/object.ts";
import type { KubeObject } from "../../../lab/plugins/kubernetes/object.ts";
import { problemsOf } from "../../../lab/plugins/kubernetes/pods.ts";
import { rolloutOf } from "../../../lab/plugins/kubernetes/rollout.ts";
import { refreshedInputs } from "../../../lab/plugins/kubernetes/state.ts";
import type { PlainMap } from "../../../lab/plugins/shared/value.ts";

describe("lines of a stream", () => {
  it("are the same however the stream is cut", () => {
    const text = Buffer.from("first\n\nzweite äöü\nlast");
    for (let size = 1; size <= text.length; size++) {
      const lines: string[] = [];
      const splitter = new Lines((line) => lines.push(line));
      for (let at = 0; at < text.length; at += size) {
        splitter.write(text.subarray(at, at + size));
      }
      splitter.end();
      assert.deepEqual(lines, ["first", "", "zweite äöü", "last"], `in pieces of ${size}`);
    }
  });
});

describe("a daemon's address", () => {
  it("is a socket or a host and port", () => {
    assert.deepEqual(parseDaemonAddress("unix:///run/d.sock"), { socketPath: "/run/d.sock" });
    assert.deepEqual(parseDaemonAddress("tcp://10.0.0.1:2376"), { host: "10.0.0.1", port: 2376 });
    assert.deepEqual(parseDaemonAddress("tcp://h"), { host: "h", port: 2375 });
    assert.deepEqual(parseDaemonAddress("tcp://[::1]:1"), { host: "::1", port: 1 });
  });
});

describe("an image's name", () => {
  for (const [name, registry, path, tag, digest, qualified] of [
    ["redis", "docker.io", "library/redis", undefined, undefined, false],
    ["redis:7", "docker.io", "library/redis", "7", undefined, false],
    ["me/app:1", "docker.io", "me/app", "1", undefined, false],
    ["docker.io/redis", "docker.io", "library/redis", undefined, undefined, true],
    ["localhost:5000/a/b:1", "localhost:5000", "a/b", "1", undefined, true],
    ["localhost:5000/a", "localhost:5000", "a", undefined, undefined, true],
    ["r.example/a@sha256:1", "r.example", "a", undefined, "sha256:1", true],
    ["r.example/a:2@sha256:1", "r.example", "a", "2", "sha256:1", true],
  ] as const) {
    it(`${name} is taken apart`, () => {
      assert.deepEqual(parseReference(name), { registry, path, tag, digest, qualified });
    });
  }

  it("is pinned by its digest", () => {
    assert.equal(pinnedName(parseReference("h:1/a:t"), "sha256:x"), "h:1/a@sha256:x");
  });
});

describe("ignore rules", () => {
  const ignored = (rules: string, paths: string[]): string[] =>
    paths.filter((path) => parseIgnore(rules).ignores(path));

  it("match names, folders above and wildcards as Docker does", () => {
    const paths = ["a.md", "sub/a.md", "sub/deep/a.md", "node_modules/x/y", "b.ts", "[x]"];
    assert.deepEqual(ignored("*.md", paths), ["a.md"]);
    assert.deepEqual(ignored("**/*.md", paths), ["a.md", "sub/a.md", "sub/deep/a.md"]);
    assert.deepEqual(ignored("*/a.md", paths), ["sub/a.md"]);
    assert.deepEqual(ignored("node_modules", paths), ["node_modules/x/y"]);
    assert.deepEqual(ignored("/sub/", paths), ["sub/a.md", "sub/deep/a.md"]);
    assert.deepEqual(ignored("?.ts\n# a comment\n\n", paths), ["b.ts"]);
    assert.deepEqual(ignored("[ab].*", paths), ["a.md", "b.ts"]);
  });

  it("let the last match decide", () => {
    assert.deepEqual(ignored("*\n!keep", ["drop", "keep", "keep/x"]), ["drop"]);
    assert.deepEqual(ignored("!keep\n*", ["keep"]), ["keep"]);
  });
});

describe("Go durations", () => {
  it("become nanoseconds", () => {
    assert.equal(nanoseconds("1m30s"), 90e9);
    assert.equal(nanoseconds("1.5s"), 1.5e9);
    assert.equal(nanoseconds("250ms"), 250e6);
    assert.equal(nanoseconds(undefined), undefined);
    assert.throws(() => nanoseconds("5"), {
      message: '"5" is not a duration such as 10s or 1m30s',
    });
  });
});

describe("a kind", () => {
  it("is read from the type token", () => {
    const deployment = { apiVersion: "apps/v1", kind: "Deployment" };
    assert.deepEqual(kindOfToken("kubernetes:apps/v1:Deployment"), deployment);
    assert.deepEqual(kindOfToken("kubernetes:core/v1:Pod"), { apiVersion: "v1", kind: "Pod" });
    assert.equal(kindOfToken("kubernetes:index:Thing"), undefined);
    assert.equal(kindOfToken("kubernetes:core/v1:NamespacePatch"), undefined);
    assert.equal(kindOfToken("kubernetes:helm.sh/v3:Release"), undefined);
  });
});

describe("a rollout", () => {
  const object = (spec: PlainMap, status: PlainMap): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", generation: 2 },
    spec,
    status,
  });
  const conditions = (available: string, reason: string): PlainMap[] => [
    { type: "Available", status: available, reason: "A", message: "a" },
    { type: "Progressing", status: "True", reason },
  ];
  const complete: PlainMap = {
    observedGeneration: 2,
    replicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
    conditions: conditions("True", "NewReplicaSetAvailable"),
  };

  for (const [what, spec, status, done] of [
    ["everything is new and available", {}, complete, true],
    [
      "the controller hasn't seen the newest generation",
      {},
      { ...complete, observedGeneration: 1 },
      false,
    ],
    ["a pod of an older ReplicaSet is left", {}, { ...complete, replicas: 2 }, false],
    ["fewer are available than wanted", { replicas: 2 }, complete, false],
    [
      "the new ReplicaSet isn't complete",
      {},
      { ...complete, conditions: conditions("True", "ReplicaSetUpdated") },
      false,
    ],
    [
      "the Deployment isn't available",
      {},
      { ...complete, conditions: conditions("False", "NewReplicaSetAvailable") },
      false,
    ],
    ["there is no status yet", {}, {}, false],
    [
      "none are wanted",
      { replicas: 0 },
      { ...complete, replicas: 0, updatedReplicas: 0, availableReplicas: 0 },
      true,
    ],
  ] as const) {
    it(`is ${done ? "done" : "not done"} when ${what}`, () => {
      assert.equal(rolloutOf(object(spec as PlainMap, status)).done, done);
    });
  }

  it("has problems in the controller's words", () => {
    const status = { ...complete, conditions: conditions("False", "ReplicaSetUpdated") };
    assert.deepEqual(rolloutOf(object({}, status)).problems, [
      "[A] a",
      "Minimum number of live Pods was not attained",
    ]);
  });
});

describe("a pod's problems", () => {
  const pod = (status: PlainMap, metadata: PlainMap = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", ...metadata },
    status,
  });
  const unready = { type: "Ready", status: "False", message: "not ready" };

  it("are none for one that is ready, done, or going away", () => {
    assert.deepEqual(problemsOf(pod({ conditions: [{ type: "Ready", status: "True" }] })), []);
    assert.deepEqual(problemsOf(pod({ phase: "Succeeded", conditions: [unready] })), []);
    const going = pod({ conditions: [unready] }, { deletionTimestamp: "now" });
    assert.deepEqual(problemsOf(going), []);
  });

  it("are why it isn't scheduled", () => {
    const scheduled = { type: "PodScheduled", status: "False", message: "Insufficient cpu" };
    assert.deepEqual(problemsOf(pod({ conditions: [scheduled] })), ["Insufficient cpu"]);
  });

  it("are what its containers wait for and how they ended", () => {
    const finished = { name: "init", ready: false, state: { terminated: { exitCode: 0 } } };
    const crashing = {
      name: "app",
      ready: false,
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
      lastState: {
        terminated: { reason: "Error", exitCode: 1, message: "boom\n", finishedAt: "T" },
      },
    };
    const creating = {
      name: "new",
      ready: false,
      state: { waiting: { reason: "ContainerCreating" } },
    };
    assert.deepEqual(
      problemsOf(
        pod({
          conditions: [unready],
          initContainerStatuses: [finished],
          containerStatuses: [crashing, creating],
        }),
      ),
      [
        "not ready",
        'container "app" is waiting: [CrashLoopBackOff] back-off',
        'container "app" terminated at T (Error: exit code 1): boom',
      ],
    );
  });
});

describe("field managers", () => {
  const entry = (manager: string, operation: string, fields: PlainMap, more = {}): PlainMap => ({
    manager,
    operation,
    fieldsV1: fields,
    ...more,
  });
  const object = (...managedFields: PlainMap[]): KubeObject => ({
    apiVersion: "v1",
    kind: "K",
    metadata: { name: "n", managedFields },
  });

  it("hand the fields of a create to the applier, with those it has", () => {
    const controller = entry("controller", "Update", { "f:c": {} });
    const status = entry("kubectl", "Update", { "f:status": {} }, { subresource: "status" });
    const found = handOver(
      object(
        entry("pulumi-kubernetes", "Update", { "f:a": { "f:x": {} } }),
        controller,
        status,
        entry("ours", "Apply", { "f:a": { "f:y": {} }, "f:b": {} }),
      ),
      "ours",
    );
    assert.deepEqual(found, [
      controller,
      status,
      entry("ours", "Apply", { "f:a": { "f:y": {}, "f:x": {} }, "f:b": {} }),
    ]);
  });

  it("hand over what was changed by kubectl, and leave what others apply", () => {
    const other = entry("somebody", "Apply", { "f:d": {} });
    const found = handOver(
      object(
        entry("ours", "Apply", { "f:a": {} }),
        entry("kubectl-patch", "Update", { "f:b": {} }),
        entry("kubectl", "Apply", { "f:c": {} }),
        other,
      ),
      "ours",
    );
    assert.deepEqual(found, [other, entry("ours", "Apply", { "f:a": {}, "f:b": {}, "f:c": {} })]);
  });

  it("hand over nothing twice", () => {
    assert.equal(handOver(object(entry("ours", "Apply", { "f:a": {} })), "ours"), undefined);
  });
});

describe("refreshed inputs", () => {
  const live = (spec: PlainMap): KubeObject => ({
    apiVersion: "v1",
    kind: "K",
    metadata: { name: "n" },
    spec,
  });

  it("keep what the program wrote where nothing changed", () => {
    const inputs = { spec: { cpu: "0.5", empty: {}, list: [{ a: 1 }] } };
    const same = live({ cpu: "500m", list: [{ a: 1, added: true }], defaulted: 1 });
    assert.deepEqual(refreshedInputs(inputs, same, same), inputs);
  });

  it("take what was changed, removed or added to a list", () => {
    const inputs = { spec: { a: 1, gone: 1, list: ["x"], same: 1 } };
    const old = live({ a: 1, gone: 1, list: ["x"], same: 1 });
    const now = live({ a: 2, list: ["x", "y"], same: 1, unasked: 1 });
    assert.deepEqual(refreshedInputs(inputs, old, now), {
      spec: { a: 2, list: ["x", "y"], same: 1 },
    });
  });
});
