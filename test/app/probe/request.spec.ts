import assert from "node:assert/strict";

import fc from "fast-check";

import {
  MAX_OBSERVE_MS,
  parseRun,
  parseSpec,
  parseTarget,
  parseWaitMs,
  RequestError,
} from "../../../app/probe/request";

function message(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof RequestError);
    return error.message;
  }
  return "no error";
}

describe("requests to the probe", () => {
  it("takes every spec that names a run, a host, a port and a window", () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            run: fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/),
            host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
            port: fc.integer({ min: 1, max: 65_535 }),
            observeMs: fc.integer({ min: 1, max: MAX_OBSERVE_MS }),
          },
          { noNullPrototype: true },
        ),
        (spec) => {
          assert.deepEqual(parseSpec(JSON.stringify(spec)), spec);
        },
      ),
    );
  });

  it("takes a spec that wants its connection busy", () => {
    const spec = { run: "r1", host: "10.0.0.5", port: 6379, observeMs: 1000, pingEveryMs: 50 };
    assert.deepEqual(parseSpec(JSON.stringify(spec)), spec);
    assert.equal(
      message(() => parseSpec(JSON.stringify({ ...spec, pingEveryMs: 0 }))),
      "pingEveryMs must be a whole number from 1 to 2147483647, got 0",
    );
  });

  it("names every problem of a spec at once", () => {
    assert.equal(
      message(() => parseSpec('{"run":"../r1","host":"a b","port":0,"observeMs":1.5,"extra":1}')),
      "run must be 1 to 63 letters, digits, '.', '_' or '-', and start and end with a letter or digit, " +
        'got "../r1"; host must be an IP address or a DNS name, got "a b"; ' +
        "port must be a whole number from 1 to 65535, got 0; " +
        "observeMs must be a whole number from 1 to 2147483647, got 1.5; " +
        'unknown field "extra", known are run, host, port, observeMs, pingEveryMs',
    );
  });

  it("says what is missing", () => {
    assert.equal(
      message(() => parseTarget("{}")),
      "host must be an IP address or a DNS name, got nothing; " +
        "port must be a whole number from 1 to 65535, got nothing",
    );
  });

  for (const text of ["", "{", "null", "[]", '"r1"', "5"]) {
    it(`refuses ${JSON.stringify(text)} as a request`, () => {
      assert.equal(
        message(() => parseTarget(text)),
        `the request must be a JSON object with host, port, got: ${text}`,
      );
    });
  }

  it("takes no run name that could leave its directory", () => {
    for (const run of ["", ".", "..", "a/b", "a\\b", "-a", "a.", "a".repeat(64)]) {
      assert.match(
        message(() => parseRun(run)),
        /^run must be 1 to 63 letters/,
      );
    }
  });

  it("takes whole ms to wait", () => {
    assert.equal(parseWaitMs("25000"), 25_000);
    for (const text of ["", "-1", "1.5", "x", "2147483648"]) {
      assert.equal(
        message(() => parseWaitMs(text)),
        `wait must be a whole number from 0 to 2147483647 (ms), got ${JSON.stringify(text)}`,
      );
    }
  });
});
