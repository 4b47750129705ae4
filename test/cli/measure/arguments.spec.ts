import assert from "node:assert/strict";

import { parseArguments } from "../../../cli/measure/arguments.ts";

const COMPLETE = [
  ...["--namespace", "idle-10s"],
  ...["--run", "1-a"],
  ...["--endpoint", "10.0.0.5:6379"],
  ...["--timeout", "10s"],
  ...["--observe", "14s"],
];

function problems(...argv: string[]): string[] {
  const parsed = parseArguments(argv);
  assert.ok(parsed.kind === "problems", `problems, got ${parsed.kind}`);
  return parsed.problems;
}

describe("measure's arguments", () => {
  it("are all there with the required ones", () => {
    assert.deepEqual(parseArguments(COMPLETE), {
      kind: "arguments",
      arguments: {
        namespace: "idle-10s",
        run: "1-a",
        targets: [{ middleware: "tcp", endpoint: { host: "10.0.0.5", port: 6379 } }],
        modes: ["silent"],
        connections: 1,
        repetitions: 1,
        timeoutText: "10s",
        timeout: { variant: "duration", ms: 10_000 },
        observeMs: 14_000,
        waitMs: Infinity,
        timelapse: 1,
        path: "passthrough",
        remedy: "envoyFilter",
        evidence: true,
        debugLog: false,
      },
    });
  });

  it("may name a context and a policy, and do without evidence", () => {
    const parsed = parseArguments([
      ...COMPLETE,
      "--context=kind",
      "--policy",
      "EnvoyFilter/idle",
      "--no-evidence",
    ]);
    assert.ok(parsed.kind === "arguments");
    const { context, policy, evidence } = parsed.arguments;
    assert.deepEqual(
      { context, policy, evidence },
      { context: "kind", policy: { kind: "EnvoyFilter", name: "idle" }, evidence: false },
    );
  });

  it("may name several endpoints, what they are, and what is done there", () => {
    const parsed = parseArguments([
      ...COMPLETE,
      ...["--endpoint", "10.0.0.5:6379,db:3306", "--middleware", "redis,mysql"],
      ...["--modes", "silent,inFlight", "--connections", "20", "--repetitions", "3"],
    ]);
    assert.ok(parsed.kind === "arguments");
    const { targets, modes, connections, repetitions } = parsed.arguments;
    assert.deepEqual(
      { targets, modes, connections, repetitions },
      {
        targets: [
          { middleware: "redis", endpoint: { host: "10.0.0.5", port: 6379 } },
          { middleware: "mysql", endpoint: { host: "db", port: 3306 } },
        ],
        modes: ["silent", "inFlight"],
        connections: 20,
        repetitions: 3,
      },
    );
    assert.deepEqual(
      problems(...COMPLETE, "--middleware", "redis,mysql", "--modes", "slow", "--connections=0"),
      [
        '--modes: "slow" is not a mode; use one or more of silent, keepalive, ping, firstUse, inFlight, ' +
          "separated by commas",
        '--connections: "0" is not a whole number from 1 to 1000',
        "--endpoint: 2 kinds for 1 endpoint; name as many, in the same order",
      ],
    );
    assert.deepEqual(problems(...COMPLETE, "--modes", "ping"), [
      "--modes: ping can't be had with tcp; set middleware to one or more of redis, memcached, mysql, mongodb, " +
        "or take the mode out",
    ]);
  });

  it("may say how long to wait", () => {
    const parsed = parseArguments([...COMPLETE, "--wait", "0s"]);
    assert.equal(parsed.kind === "arguments" && parsed.arguments.waitMs, 0);
    assert.deepEqual(problems(...COMPLETE, "--wait", "5"), [
      '--wait: "5" has no unit after 5; use a Go duration such as 10s, 13.7s, 1h30m or 24h',
    ]);
  });

  it("may name a speed of the sidecar's clock", () => {
    const parsed = parseArguments([...COMPLETE, "--timelapse", "360"]);
    assert.equal(parsed.kind === "arguments" && parsed.arguments.timelapse, 360);
    assert.deepEqual(problems(...COMPLETE, "--timelapse", "0"), [
      '--timelapse: "0" is not a whole number from 1, which is real time, to 360',
    ]);
  });

  it("take a policy without a kind for an EnvoyFilter", () => {
    const parsed = parseArguments([...COMPLETE, "--policy", "idle-timeout"]);
    assert.deepEqual(parsed.kind === "arguments" && parsed.arguments.policy, {
      kind: "EnvoyFilter",
      name: "idle-timeout",
    });
  });

  it("may name a path and a remedy", () => {
    const parsed = parseArguments([
      ...COMPLETE,
      ...["--path", "serviceEntry", "--remedy", "destinationRule"],
      ...["--policy", "DestinationRule/connection-pool"],
    ]);
    assert.ok(parsed.kind === "arguments");
    const { path, remedy, policy } = parsed.arguments;
    assert.deepEqual(
      { path, remedy, policy },
      {
        path: "serviceEntry",
        remedy: "destinationRule",
        policy: { kind: "DestinationRule", name: "connection-pool" },
      },
    );
    const kinds = "is not KIND/NAME with a kind of EnvoyFilter or DestinationRule";
    assert.deepEqual(problems(...COMPLETE, "--path", "x", "--remedy", "y", "--policy", "Pod/z"), [
      '--path: "x" is not a path; use one of passthrough, serviceEntry',
      '--remedy: "y" is not a remedy; use one of envoyFilter, envoyFilterPort, destinationRule, proxyMetadata, ' +
        "tcpKeepalive, excludeOutboundPorts",
      `--policy: "Pod/z" ${kinds}`,
    ]);
    for (const text of ["EnvoyFilter/", "EnvoyFilter/a/b"]) {
      assert.deepEqual(problems(...COMPLETE, "--policy", text), [
        `--policy: ${JSON.stringify(text)} ${kinds}`,
      ]);
    }
  });

  it("are explained with --help, whatever else is given", () => {
    assert.deepEqual(parseArguments(["--bogus", "--help"]), { kind: "help" });
  });

  it("report every problem at once", () => {
    assert.deepEqual(
      problems(
        "--endpoint",
        "10.0.0.5",
        "--timeout",
        "10",
        "--observe=0s",
        "--bogus",
        "x",
        "--run",
      ),
      [
        "unknown option --bogus",
        'unexpected argument "x"',
        "--run needs a value",
        "--namespace is missing",
        '--endpoint: "10.0.0.5" is not an endpoint; use host:port without a scheme and with a ' +
          "port from 1 to 65535, such as redis.example.com:6379 or [2001:db8::5]:6379",
        '--timeout: "10" has no unit after 10; use a Go duration such as 10s, 13.7s, 1h30m or 24h, ' +
          "or one of default, remove, off",
        '--observe: "0s" is out of range; use more than 0s and at most 168h',
      ],
    );
  });

  it("do not take the next option for a value", () => {
    assert.deepEqual(problems(...COMPLETE, "--policy", "--no-evidence"), [
      "--policy needs a value",
    ]);
  });

  it("give a flag no value", () => {
    assert.deepEqual(problems(...COMPLETE, "--no-evidence=true"), ["--no-evidence takes no value"]);
  });

  it("keep the window to what a timer can hold", () => {
    assert.deepEqual(problems(...COMPLETE, "--observe", "169h"), [
      '--observe: "169h" is out of range; use more than 0s and at most 168h',
    ]);
  });
});
