import assert from "node:assert/strict";
import { groupPods } from "../../../../cli/doctor/scan/podGroups.ts";
import type { ListedPod } from "../../../../cli/doctor/scan/podGroups.ts";
import { listed } from "./listed.ts";

/** `Deployment web: a of 2`, for each group. */
function groups(...pods: ListedPod[]): string[] {
  return groupPods(pods).map(
    ({ owner, pod, pods: count }) =>
      `${owner.kind} ${owner.name}: ${pod.metadata.name} of ${count}`,
  );
}

describe("groupPods", () => {
  it("lets the newest Ready pod stand for equal ones", () => {
    assert.deepEqual(
      groups(
        listed("shop/a", "web"),
        listed("shop/b", "web", { created: "2026-01-02T00:00:00Z" }),
        listed("shop/c", "web", { created: "2026-01-03T00:00:00Z", ready: false }),
      ),
      ["Deployment web: b of 3"],
    );
  });

  const hash = (value: string) => ({ labels: { "pod-template-hash": value } });
  for (const [what, change] of [
    ["template", hash("2")],
    ["label", { labels: { ...hash("1").labels, debug: "yes" } }],
    ["version of the sidecar", { ...hash("1"), image: "proxyv2:2" }],
    ["argument of the sidecar", { ...hash("1"), args: ["--log_level=debug"] }],
    ["annotation of Istio's", { ...hash("1"), annotations: { "proxy.istio.io/config": "{}" } }],
    ["annotation taken for Istio's", { ...hash("1"), annotations: { excludeOutboundPorts: "1" } }],
  ] as const) {
    it(`tells pods apart by another ${what}`, () => {
      assert.deepEqual(
        groups(listed("shop/a", "web", hash("1")), listed("shop/b", "web", change)),
        ["Deployment web: a of 1", "Deployment web: b of 1"],
      );
    });
  }

  it("does not tell them apart by what network plugins write", () => {
    const at = (ip: string) => ({ annotations: { "cni.projectcalico.org/podIP": ip } });
    assert.deepEqual(
      groups(listed("shop/a", "web", at("10.0.0.1")), listed("shop/b", "web", at("10.0.0.2"))),
      ["Deployment web: a of 2"],
    );
  });

  it("takes pods of other owners, other namespaces or without an owner for others", () => {
    assert.deepEqual(
      groups(
        listed("shop/b", "web"),
        listed("shop/a", "api"),
        listed("bank/c", "web"),
        listed("shop/d", undefined),
        listed("shop/e", undefined),
      ),
      [
        "Deployment web: c of 1",
        "Deployment api: a of 1",
        "Deployment web: b of 1",
        "Pod d: d of 1",
        "Pod e: e of 1",
      ],
    );
  });
});
