import assert from "node:assert/strict";

import fc from "fast-check";

import {
  MAX_OBSERVE_MS,
  MAX_TIMER_MS,
  parseRun,
  parseSpec,
  parseTarget,
  parseWaitMs,
  RequestError,
} from "../../../app/probe/request.ts";

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
  const SPEC = {
    ...{ run: "r1", observeMs: 1000, connections: 2, repetitions: 3 },
    tests: [
      { middleware: "redis", host: "10.0.0.5", port: 6379, mode: "ping", everyMs: 500 },
      { middleware: "tcp", host: "::1", port: 1, mode: "silent" },
    ],
  };

  it("takes every spec that names a run, a window, a load and what to do where", () => {
    const kind = fc.constantFrom("redis", "memcached", "mysql", "mongodb", "tcp");
    const at = {
      host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
      port: fc.integer({ min: 1, max: 65_535 }),
    };
    const quiet = fc.record(
      { middleware: kind, ...at, mode: fc.constantFrom("silent", "firstUse", "inFlight") },
      { noNullPrototype: true },
    );
    const busy = fc.record(
      {
        ...{ middleware: kind, ...at, mode: fc.constantFrom("ping", "keepalive") },
        everyMs: fc.integer({ min: 1, max: MAX_TIMER_MS }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.record(
          {
            run: fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/),
            observeMs: fc.integer({ min: 1, max: MAX_OBSERVE_MS }),
            connections: fc.integer({ min: 1, max: 10 }),
            repetitions: fc.integer({ min: 1, max: 10 }),
            tests: fc.array(fc.oneof(quiet, busy), { minLength: 1, maxLength: 10 }),
          },
          { noNullPrototype: true },
        ),
        (spec) => {
          assert.deepEqual(parseSpec(JSON.stringify(spec)), spec);
        },
      ),
    );
  });

  it("takes no more samples than it can hold", () => {
    const [test] = SPEC.tests;
    const spec = { ...SPEC, connections: 500, repetitions: 2, tests: [test] };
    assert.deepEqual(parseSpec(JSON.stringify(spec)), spec);
    assert.equal(
      message(() => parseSpec(JSON.stringify({ ...spec, repetitions: 3 }))),
      "tests, connections and repetitions must be at most 1000 together, got 1 x 500 x 3",
    );
  });

  it("wants to know how often, for what is done again and again, and for nothing else", () => {
    const problem = "everyMs goes with the modes ping and keepalive, and with no other";
    for (const changes of [{ mode: "silent" }, { mode: "ping", everyMs: undefined }]) {
      const tests = [{ ...SPEC.tests[0], ...changes }];
      assert.equal(
        message(() => parseSpec(JSON.stringify({ ...SPEC, tests }))),
        problem,
      );
    }
  });

  it("names every problem of a spec at once", () => {
    assert.equal(
      message(() =>
        parseSpec('{"run":"../r1","observeMs":1.5,"connections":0,"extra":1,"tests":[]}'),
      ),
      "run must be 1 to 63 letters, digits, '.', '_' or '-', and start and end with a letter or digit, " +
        'got "../r1"; observeMs must be a whole number from 1 to 604800000, got 1.5; ' +
        "connections must be a whole number from 1 to 1000, got 0; " +
        "repetitions must be a whole number from 1 to 1000, got nothing; " +
        "tests must be a list of tests, got []; " +
        'unknown field "extra", known are run, observeMs, connections, repetitions, tests',
    );
    const tests = [{ middleware: "ftp", host: "a b", port: 0, mode: "loud" }];
    assert.equal(
      message(() => parseSpec(JSON.stringify({ ...SPEC, tests }))),
      'middleware must be one of redis, memcached, mysql, mongodb, tcp, got "ftp"; ' +
        'host must be an IP address or a DNS name, got "a b"; port must be a whole number from 1 to 65535, got 0; ' +
        'mode must be one of silent, keepalive, ping, firstUse, inFlight, got "loud"',
    );
  });

  it("knows no field by a name that every object has", () => {
    const known = "known are run, observeMs, connections, repetitions, tests";
    for (const name of ["toString", "constructor", "__proto__"]) {
      const text = `${JSON.stringify(SPEC).slice(0, -1)},"${name}":1}`;
      assert.equal(
        message(() => parseSpec(text)),
        `unknown field "${name}", ${known}`,
      );
    }
  });

  it("says what is missing", () => {
    assert.equal(
      message(() => parseTarget('{"middleware":"tcp"}')),
      "host must be an IP address or a DNS name, got nothing; " +
        "port must be a whole number from 1 to 65535, got nothing",
    );
  });

  for (const text of ["", "{", "null", "[]", '"r1"', "5"]) {
    it(`refuses ${JSON.stringify(text)} as a request`, () => {
      assert.equal(
        message(() => parseTarget(text)),
        `the request must be a JSON object with middleware, host, port, got: ${text}`,
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
