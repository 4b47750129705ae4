import assert from "node:assert/strict";
import { bypassReason, readInterception } from "../../../../cli/doctor/traffic/interception.ts";
import type { Interception } from "../../../../cli/doctor/traffic/interception.ts";

const PREFIX = "traffic.sidecar.istio.io/";
const TO = { address: "10.0.0.5", port: 6379 };

function podOf(annotations: Record<string, string>, args?: string[]) {
  const init = args === undefined ? [] : [{ name: "istio-init", args }];
  return {
    metadata: { name: "web-0", namespace: "shop", annotations },
    spec: { containers: [{ name: "web" }], initContainers: init },
    status: { phase: "Running", podIPs: [{ ip: "10.0.0.9" }] },
  };
}

const REDIRECT = { mode: "REDIRECT", users: "1337", groups: "1337" };

describe("the interception of a pod's connections", () => {
  it("is read from what made the rules, whatever the annotations have become", () => {
    const args = "istio-iptables -p 15001 -m REDIRECT -i * -x 10.9.0.0/16 -b * -d 15090 -o 7003";
    const pod = podOf({ [`${PREFIX}excludeOutboundPorts`]: "6379" }, args.split(" "));
    assert.deepEqual(readInterception(pod), {
      excludePorts: "7003",
      excludeRanges: "10.9.0.0/16",
      includeRanges: "*",
      ...REDIRECT,
    });
  });

  it("is read from the annotations where a node agent makes the rules", () => {
    const annotations = {
      [`${PREFIX}excludeOutboundPorts`]: "6379",
      [`${PREFIX}includeOutboundIPRanges`]: "10.0.0.0/8",
    };
    assert.deepEqual(readInterception(podOf(annotations)), {
      excludePorts: "6379",
      includeRanges: "10.0.0.0/8",
      ...REDIRECT,
    });
  });

  const cases: [lists: Partial<Interception>, reason: string | undefined][] = [
    [{}, undefined],
    [{ excludePorts: "6380,16379" }, undefined],
    [{ excludePorts: "3306, 6379" }, 'excludeOutboundPorts is "3306, 6379"'],
    [{ excludeRanges: "10.1.0.0/16" }, undefined],
    [
      { excludeRanges: "10.1.0.0/16,10.0.0.0/24" },
      'excludeOutboundIPRanges is "10.1.0.0/16,10.0.0.0/24"',
    ],
    [{ excludeRanges: "10.0.0.5" }, 'excludeOutboundIPRanges is "10.0.0.5"'],
    [{ excludeRanges: "2001:db8::/32" }, undefined],
    [{ includeRanges: "10.96.0.0/12" }, 'includeOutboundIPRanges is "10.96.0.0/12"'],
    [{ includeRanges: "" }, 'includeOutboundIPRanges is ""'],
    [{ includeRanges: "10.0.0.0/8" }, undefined],
    [{ includeRanges: "", includePorts: "6379" }, undefined],
    [{ includePorts: "6379", excludePorts: "6379" }, 'excludeOutboundPorts is "6379"'],
    [{ excludeRanges: "no/range" }, undefined],
  ];
  for (const [lists, reason] of cases) {
    it(`${JSON.stringify(lists)} ${reason === undefined ? "takes" : "passes by"} 10.0.0.5:6379`, () => {
      assert.equal(bypassReason({ ...REDIRECT, ...lists }, TO), reason && PREFIX + reason);
    });
  }

  it("never takes connections of the pod to itself", () => {
    const reason = bypassReason(REDIRECT, { address: "127.0.0.1", port: 6379 });
    assert.equal(reason, "127.0.0.1 is the pod itself");
  });

  it("nor those to the pod's own address", () => {
    const reason = bypassReason(REDIRECT, { address: "10.0.0.9", port: 6379 }, podOf({}));
    assert.equal(reason, "10.0.0.9 is the pod itself");
  });

  it("takes nothing where its mode is NONE", () => {
    const pod = podOf({ "sidecar.istio.io/interceptionMode": "NONE" });
    assert.match(bypassReason(readInterception(pod), TO, pod) ?? "", /mode is NONE/);
    assert.match(bypassReason(readInterception(podOf({}), "NONE"), TO) ?? "", /mode is NONE/);
  });

  for (const [what, args, securityContext, reason] of [
    ["the sidecar's user", "", { runAsUser: 1337 }, "user 1337"],
    ["the sidecar's group", "", { runAsUser: 1000, runAsGroup: 1337 }, "group 1337"],
    ["another user that Istio was told of", "-u 2000 -g 2000", { runAsUser: 2000 }, "user 2000"],
    ["a user of its own", "-u 2000 -g 2000", { runAsUser: 1337, runAsGroup: 1337 }, undefined],
  ] as const) {
    it(`${reason === undefined ? "takes" : "passes by"} what a container sends as ${what}`, () => {
      const pod = { ...podOf({}, args.split(" ")) };
      const inPod = { ...pod, spec: { ...pod.spec, securityContext } };
      const inContainer = {
        ...pod,
        spec: { ...pod.spec, containers: [{ name: "web", securityContext }] },
      };
      for (const each of [inPod, inContainer]) {
        assert.equal(
          bypassReason(readInterception(each), TO, each),
          reason && `container web runs as ${reason}, which is the sidecar's own`,
        );
      }
    });
  }

  it("takes a connection where only some containers are the sidecar's user", () => {
    const pod = podOf({});
    const containers = [{ name: "web" }, { name: "x", securityContext: { runAsUser: 1337 } }];
    const both = { ...pod, spec: { ...pod.spec, containers } };
    assert.equal(bypassReason(readInterception(both), TO, both), undefined);
  });
});
