import assert from "node:assert/strict";
import * as fc from "fast-check";
import { scopedName, stackNamespace } from "../../model/names.ts";

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Names as Pulumi allows them, and fully qualified ones. */
const projectName = fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/);
const stackName = fc.oneof(
  fc.stringMatching(/^[a-z0-9-]{1,20}$/),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/),
  fc.stringMatching(/^[a-z]{1,9}\/[a-z-]{1,9}\/[A-Za-z0-9_.-]{1,60}$/),
);

describe("scopedName", () => {
  const examples: [parts: [string, ...string[]], name: string][] = [
    [["istio-idle-timeout", "10s"], "istio-idle-timeout-10s"],
    [["istio-idle-timeout", "10s", "redis"], "istio-idle-timeout-10s-redis"],
    [["istio-idle-timeout", "Dev"], "istio-idle-timeout-dev-5a9ae9cd"],
    [["istio-idle-timeout", "13.7s"], "istio-idle-timeout-13-7s-e9410e4f"],
    [["istio-idle-timeout", "acme/idle/dev"], "istio-idle-timeout-acme-idle-dev-33cf853d"],
    [["istio-idle-timeout", "dev-5a9ae9cd"], "istio-idle-timeout-dev-5a9ae9cd-6bcdb422"],
    [["istio-idle-timeout", "x".repeat(60)], `istio-idle-timeout-${"x".repeat(35)}-af5023f5`],
    [["_", "_"], "stack-5d2eb09d"],
  ];
  for (const [parts, name] of examples) {
    it(`makes ${name}`, () => {
      assert.equal(scopedName(...parts), name);
    });
  }

  it("is always a DNS label", () => {
    fc.assert(
      fc.property(projectName, stackName, (project, stack) => {
        assert.match(scopedName(project, stack), DNS_LABEL);
        assert.match(scopedName(project, stack, "redis"), DNS_LABEL);
      }),
    );
  });

  it("keeps stacks of a project apart", () => {
    fc.assert(
      fc.property(projectName, stackName, stackName, (project, one, other) => {
        fc.pre(one !== other);
        assert.notEqual(scopedName(project, one), scopedName(project, other));
        assert.notEqual(scopedName(project, one, "redis"), scopedName(project, other, "redis"));
      }),
    );
  });

  it("keeps apart what differs only in case, separators or beyond the length", () => {
    const alike = fc.constantFrom("a.b", "a_b", "A.b", "a/b", "a..b");
    const tail = fc.constantFrom("", "x".repeat(60), "x".repeat(61), `${"x".repeat(60)}y`);
    fc.assert(
      fc.property(fc.tuple(alike, tail), fc.tuple(alike, tail), (one, other) => {
        fc.pre(one.join("") !== other.join(""));
        assert.notEqual(scopedName("p", one.join("")), scopedName("p", other.join("")));
      }),
    );
  });
});

describe("stackNamespace", () => {
  it("is another one for each path", () => {
    const project = "istio-idle-timeout";
    assert.equal(stackNamespace(project, "10s", "passthrough"), "istio-idle-timeout-10s");
    assert.equal(
      stackNamespace(project, "10s", "serviceEntry"),
      "istio-idle-timeout-10s-service-entry",
    );
  });

  it("is a DNS label for any stack", () => {
    fc.assert(
      fc.property(projectName, stackName, (project, stack) => {
        assert.match(stackNamespace(project, stack, "serviceEntry"), DNS_LABEL);
      }),
    );
  });
});
