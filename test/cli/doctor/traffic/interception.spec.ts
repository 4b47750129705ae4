import assert from "node:assert/strict";
import {
  bareAnnotations,
  bypassReason,
  readInterception,
} from "../../../../cli/doctor/traffic/interception.ts";
import type { Interception } from "../../../../cli/doctor/traffic/interception.ts";

const PREFIX = "traffic.sidecar.istio.io/";
const TO = { address: "10.0.0.5", port: 6379 };

function podOf(annotations: Record<string, string>, args?: string[]) {
  const init = args === undefined ? [] : [{ name: "istio-init", args }];
  return { metadata: { annotations }, spec: { initContainers: init } };
}

describe("the interception of a pod's connections", () => {
  it("is read from what made the rules, whatever the annotations have become", () => {
    const args = "istio-iptables -p 15001 -m REDIRECT -i * -x 10.9.0.0/16 -b * -d 15090 -o 7003";
    const pod = podOf({ [`${PREFIX}excludeOutboundPorts`]: "6379" }, args.split(" "));
    assert.deepEqual(readInterception(pod), {
      excludePorts: "7003",
      excludeRanges: "10.9.0.0/16",
      includeRanges: "*",
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
    });
  });

  const cases: [lists: Interception, reason: string | undefined][] = [
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
      assert.equal(bypassReason(lists, TO), reason && PREFIX + reason);
    });
  }

  it("never takes connections of the pod to itself", () => {
    const reason = bypassReason({}, { address: "127.0.0.1", port: 6379 });
    assert.equal(reason, "127.0.0.1 is the pod itself");
  });

  it("knows annotations that nothing reads", () => {
    assert.deepEqual(bareAnnotations(podOf({ excludeOutboundPorts: "6379", app: "x" })), [
      { bare: "excludeOutboundPorts", right: `${PREFIX}excludeOutboundPorts` },
    ]);
  });
});
