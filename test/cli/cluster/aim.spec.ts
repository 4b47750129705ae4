import assert from "node:assert/strict";
import { parseAim, resolveAim, sidecarPodsOf } from "../../../cli/cluster/aim.ts";
import type { Aim } from "../../../cli/cluster/aim.ts";
import { UserError } from "../../../model/userError.ts";
import { FakeCluster } from "../fakeCluster.ts";

const DEPLOYMENT: Aim = { kind: "Deployment", name: "web" };
const HASH = "pod-template-hash";

describe("parseAim", () => {
  for (const [text, kind, name] of [
    ["web-0", "Pod", "web-0"],
    ["pod/web-0", "Pod", "web-0"],
    ["deployment/web", "Deployment", "web"],
    ["deploy/web", "Deployment", "web"],
    ["deployment.apps/web", "Deployment", "web"],
    ["statefulset/db", "StatefulSet", "db"],
    ["sts/db", "StatefulSet", "db"],
    ["daemonset/agent", "DaemonSet", "agent"],
    ["DaemonSets/agent", "DaemonSet", "agent"],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.deepEqual(parseAim(text), { kind, name });
    });
  }

  for (const text of ["", "/", "deployment/", "/web", "job/web", "deployment/web/0"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseAim(text), {
        message:
          `${JSON.stringify(text)} is no pod and no workload; write pod/NAME, deployment/NAME, ` +
          "statefulset/NAME or daemonset/NAME",
      });
    });
  }
});

describe("resolveAim", () => {
  let cluster: FakeCluster;
  const resolve = (aim = DEPLOYMENT) => resolveAim(cluster.world.kubectl, "shop", aim);

  /** A Ready pod of the Deployment web, `changes` aside, with or without a sidecar. */
  const pod = (
    name: string,
    changes: { sidecar?: boolean; ready?: boolean; metadata?: object } = {},
  ) => {
    const { sidecar = true, ready = true, metadata } = changes;
    return cluster.pod(sidecar ? "withSidecar" : "withoutSidecar", {
      metadata: {
        name,
        creationTimestamp: "2026-01-02T03:04:00Z",
        labels: { app: "web", [HASH]: "7d9f" },
        ownerReferences: [{ kind: "ReplicaSet", name: "web-7d9f" }],
        ...metadata,
      },
      status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
    });
  };

  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.workloads = { "deployments.apps web": { matchLabels: { app: "web" } } };
  });

  it("takes a pod that is named as it is, without a look", async () => {
    assert.deepEqual(await resolve({ kind: "Pod", name: "web-0" }), { pod: "web-0" });
    assert.deepEqual(cluster.commands, []);
  });

  it("picks the newest Ready pod with a sidecar, and counts those like it", async () => {
    const created = (second: number) => ({
      creationTimestamp: `2026-01-02T03:04:0${second}Z`,
    });
    cluster.pods = [
      pod("old-b", { metadata: created(1) }),
      pod("chosen", { metadata: created(3) }),
      pod("old-a", { metadata: created(1) }),
      pod("not-ready", { metadata: created(5), ready: false }),
      pod("no-sidecar", { metadata: created(6), sidecar: false }),
      pod("other-template", { metadata: { ...created(2), labels: { app: "web", [HASH]: "5c5" } } }),
    ];
    assert.deepEqual(await resolve(), {
      pod: "chosen",
      workload: { kind: "Deployment", name: "web", pods: 6, alike: 3 },
    });
  });

  it("picks the first by name among pods of one age", async () => {
    cluster.pods = [pod("b"), pod("a"), pod("c")];
    assert.equal((await resolve()).pod, "a");
  });

  it("leaves out the pods that are being deleted or that others made", async () => {
    cluster.pods = [
      pod("going", { metadata: { deletionTimestamp: "2026-01-02T03:05:00Z" } }),
      pod("canary", {
        metadata: { ownerReferences: [{ kind: "ReplicaSet", name: "web-canary-7d9f" }] },
      }),
      pod("set", { metadata: { ownerReferences: [{ kind: "StatefulSet", name: "web" }] } }),
      pod("nobody's", { metadata: { ownerReferences: [] } }),
      pod("unlabelled", { metadata: { labels: {} } }),
      pod("mine"),
    ];
    assert.deepEqual(await resolve(), {
      pod: "mine",
      workload: { kind: "Deployment", name: "web", pods: 1, alike: 1 },
    });
  });

  for (const [kind, plural] of [
    ["StatefulSet", "statefulsets"],
    ["DaemonSet", "daemonsets"],
  ] as const) {
    it(`asks a pod of a ${kind}, whose templates have revisions`, async () => {
      cluster.workloads = { [`${plural}.apps db`]: { matchLabels: { app: "db" } } };
      const made = (revision: string) => ({
        labels: { app: "db", "controller-revision-hash": revision },
        ownerReferences: [{ kind, name: "db" }],
      });
      cluster.pods = [
        pod("db-0", { metadata: made("new") }),
        pod("db-1", { metadata: made("old") }),
        pod("db-2", { metadata: made("new") }),
      ];
      assert.deepEqual(await resolve({ kind, name: "db" }), {
        pod: "db-0",
        workload: { kind, name: "db", pods: 3, alike: 2 },
      });
    });
  }

  describe("says in one line", () => {
    const refuses = (message: string) =>
      assert.rejects(resolve(), (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.message, `deployment shop/web: ${message}`);
        return true;
      });

    it("that there is no such workload", async () => {
      cluster.workloads = {};
      await refuses("it does not exist; see kubectl get deployments --namespace shop");
    });

    it("that it has no pods", async () => {
      cluster.pods = [];
      await refuses("it has no pods; see kubectl describe deployments web --namespace shop");
    });

    it("that none is Ready", async () => {
      cluster.pods = [pod("a", { ready: false }), pod("b", { ready: false })];
      await refuses("none of its pods (2) is Ready; see kubectl get pods --namespace shop");
    });

    it("that none has a sidecar, and which one to name", async () => {
      cluster.pods = [pod("a", { sidecar: false }), pod("b", { ready: false })];
      await refuses(
        "none of its Ready pods (1) has a sidecar, the container istio-proxy; name one of them to learn more: pod/a",
      );
    });

    it("who can give the right to look at it or its pods", async () => {
      cluster.pods = [pod("a")];
      for (const what of ["get deployments.apps web", "get pods"]) {
        cluster.failure = (command) =>
          command.startsWith(what) ? "Error from server (Forbidden): no" : undefined;
        await refuses(
          "you may not look at it and its pods; name a pod, or have an administrator apply docs/rbac.yaml and bind " +
            "its role istio-idle-timeout-doctor to you",
        );
      }
    });

    it("what else kubectl says", async () => {
      cluster.failure = () => "connection refused";
      await refuses("connection refused");
    });
  });

  describe("for all of its pods", () => {
    const all = (aim = DEPLOYMENT) => sidecarPodsOf(cluster.world.kubectl, "shop", aim, "a-role");

    it("finds those with a sidecar, Ready or not", async () => {
      cluster.pods = [pod("b"), pod("no-sidecar", { sidecar: false }), pod("a", { ready: false })];
      assert.deepEqual(await all(), ["a", "b"]);
    });

    it("takes a pod that is named as it is, without a look", async () => {
      assert.deepEqual(await all({ kind: "Pod", name: "web-0" }), ["web-0"]);
      assert.deepEqual(cluster.commands, []);
    });

    it("says that none has a sidecar, and which role has the rights", async () => {
      cluster.pods = [pod("a", { sidecar: false })];
      await assert.rejects(all(), {
        message:
          "deployment shop/web: none of its pods (1) has a sidecar, the container istio-proxy",
      });
      cluster.failure = () => "Error from server (Forbidden): no";
      await assert.rejects(all(), /bind its role a-role to you$/);
    });
  });
});
