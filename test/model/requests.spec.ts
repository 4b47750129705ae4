import assert from "node:assert/strict";
import * as v from "valibot";
import { measureRequest, preflightRequest } from "../../model/requests.ts";
import { asked } from "../cli/asked.ts";

/** `path: message` of each problem, in order. */
function problems(schema: v.GenericSchema, value: unknown): string[] {
  const { issues = [] } = v.safeParse(schema, value);
  return issues.map((issue) => `${v.getDotPath(issue) ?? ""}: ${issue.message}`);
}

describe("a request to measure", () => {
  const REQUEST = asked("10s", { waitMs: 0, context: "kind-mesh" });

  it("is the same again after it was JSON", () => {
    assert.deepEqual(v.parse(measureRequest, JSON.parse(JSON.stringify(REQUEST))), REQUEST);
  });

  it("may do without context and policy", () => {
    const rest = { ...REQUEST };
    delete rest.context;
    delete rest.policy;
    assert.deepEqual(v.parse(measureRequest, rest), rest);
  });

  it("is refused with all that is wrong", () => {
    const wrong = {
      ...REQUEST,
      targets: [{ middleware: "smtp", endpoint: { host: "", port: 70_000 } }],
      timeout: "10",
      observeMs: 0,
      modes: [],
      connections: 1.5,
      policy: "Pod/z",
    };
    assert.deepEqual(problems(measureRequest, wrong), [
      'targets.0.middleware: Invalid type: Expected ("redis" | "memcached" | "mysql" | "mongodb" | "tcp") but ' +
        'received "smtp"',
      "targets.0.endpoint.host: must not be empty",
      "targets.0.endpoint.port: Invalid value: Expected <=65535 but received 70000",
      'timeout: "10" has no unit after 10; use a Go duration such as 10s, 13.7s, 1h30m or 24h, or one of default, ' +
        "remove, off, asIs",
      "observeMs: Invalid value: Expected >0 but received 0",
      "modes: must not be empty",
      "connections: Invalid integer: Received 1.5",
      'policy: "Pod/z" is not KIND/NAME with a kind of EnvoyFilter or DestinationRule',
    ]);
  });

  it("has no key that is not known, so that none is mistyped", () => {
    assert.deepEqual(problems(measureRequest, { ...REQUEST, debuglog: true }), [
      'debuglog: Invalid key: Expected never but received "debuglog"',
    ]);
  });
});

describe("a request for a preflight", () => {
  it("is an object", () => {
    assert.deepEqual(problems(preflightRequest, null), [
      ": Invalid type: Expected Object but received null",
    ]);
  });
});
