import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { parseSettings, projectConfig } from "../../../components/settings/settings.ts";
import type { Settings } from "../../../components/settings/settings.ts";

/** What reaches the program when only what is needed is set: the defaults of Pulumi.yaml and this. */
const raw = {
  timeout: "10s",
  observe: "",
  wait: "5m",
  run: "1",
  timelapse: "1",
  path: "passthrough",
  remedy: "envoyFilter",
  evidence: "true",
  middleware: "",
  redisUsername: "",
  redisPassword: "",
  mysqlUsername: "",
  mysqlPassword: "",
  mongodbUsername: "",
  mongodbPassword: "",
  modes: "silent",
  connections: "1",
  repetitions: "1",
  endpoint: "",
  externalHost: "192.0.2.1",
  redisImage: "redis:7",
  memcachedImage: "memcached:1.6",
  mysqlImage: "mariadb:11",
  mongodbImage: "mongo:8",
  kubeContext: "",
  revision: "",
  registry: "localhost:5000",
  baseImage: "node:22-slim",
  compilerImage: "gcc:14",
  drivers: "",
  goImage: "golang:1.26",
  nodeBuildImage: "node:22-slim",
  platform: "",
};

const settings: Settings = {
  timeout: { variant: "duration", ms: 10_000 },
  timeoutText: "10s",
  observeMs: 14_000,
  waitMs: 300_000,
  run: 1,
  timelapse: 1,
  path: "passthrough",
  remedy: "envoyFilter",
  evidence: true,
  debugLog: false,
  outside: {
    kind: "servers",
    servers: [{ kind: "redis", image: "redis:7" }],
    externalHost: "192.0.2.1",
  },
  credentials: {},
  load: { modes: ["silent"], connections: 1, repetitions: 1 },
  kubeContext: undefined,
  revision: undefined,
  registry: "localhost:5000",
  baseImage: "node:22-slim",
  compilerImage: "gcc:14",
  drivers: [],
  goImage: "golang:1.26",
  nodeBuildImage: "node:22-slim",
  platform: undefined,
};

/** The lines below the heading of the one error. */
function problemsOf(config: Record<string, string>): string[] {
  try {
    parseSettings(config);
  } catch (error) {
    assert.ok(error instanceof pulumi.RunError);
    const [heading, ...lines] = error.message.split("\n");
    assert.equal(heading, "the stack's configuration can't be used:");
    return lines;
  }
  return [];
}

describe("parseSettings", () => {
  it("takes defaults and empty values", () => {
    assert.deepEqual(parseSettings(raw), settings);
  });

  it("takes every key", () => {
    const config = {
      timeout: "off",
      observe: "90s",
      wait: "0s",
      run: "7",
      timelapse: "1",
      path: "serviceEntry",
      remedy: "destinationRule",
      evidence: "false",
      middleware: "mysql",
      modes: "silent, ping",
      connections: "20",
      repetitions: "3",
      mysqlUsername: "probe",
      mysqlPassword: "correct horse",
      endpoint: "[2001:db8::5]:3306",
      externalHost: "",
      redisImage: "localhost:5000/redis:7",
      memcachedImage: "memcached:1.6",
      mysqlImage: "mariadb:11",
      mongodbImage: "mongo:8",
      kubeContext: "kind-mesh",
      revision: "1-30-2",
      registry: "ghcr.io/acme/tools",
      baseImage: "localhost:5000/node:22",
      compilerImage: "localhost:5000/gcc:12",
      drivers: "",
      goImage: "localhost:5000/golang:1.26",
      nodeBuildImage: "localhost:5000/node-npm:22",
      platform: "linux/arm64",
    };
    assert.deepEqual(parseSettings(config), {
      timeout: { variant: "off" },
      timeoutText: "off",
      observeMs: 90_000,
      waitMs: 0,
      run: 7,
      timelapse: 1,
      path: "serviceEntry",
      remedy: "destinationRule",
      evidence: false,
      debugLog: false,
      outside: {
        kind: "endpoints",
        targets: [{ middleware: "mysql", endpoint: { host: "2001:db8::5", port: 3306 } }],
      },
      credentials: { mysql: { username: "probe", password: "correct horse" } },
      load: { modes: ["silent", "ping"], connections: 20, repetitions: 3 },
      kubeContext: "kind-mesh",
      revision: "1-30-2",
      registry: "ghcr.io/acme/tools",
      baseImage: "localhost:5000/node:22",
      compilerImage: "localhost:5000/gcc:12",
      drivers: [],
      goImage: "localhost:5000/golang:1.26",
      nodeBuildImage: "localhost:5000/node-npm:22",
      platform: "linux/arm64",
    });
  });

  const observed: [timeout: string, observe: string, observeMs: number][] = [
    ["13.7s", "", 17_700],
    ["116s", "", 120_000],
    ["24h", "", 120_000],
    ["default", "", 120_000],
    ["remove", "", 120_000],
    ["off", "", 120_000],
    ["30s", "8s", 8_000],
    ["24h", "24h1m", 86_460_000],
  ];
  for (const [timeout, observe, observeMs] of observed) {
    it(`watches a timeout of ${timeout} with observe ${observe || "not set"} for ${observeMs} ms`, () => {
      assert.equal(parseSettings({ ...raw, timeout, observe }).observeMs, observeMs);
    });
  }

  const lapsed: [timeout: string, timelapse: string, observeMs: number][] = [
    ["default", "360", 14_000],
    ["remove", "360", 14_000],
    ["24h", "360", 244_000],
    ["10s", "360", 4028],
    ["24h", "2", 300_000],
    ["off", "360", 120_000],
  ];
  for (const [timeout, timelapse, observeMs] of lapsed) {
    it(`watches a timeout of ${timeout} at x${timelapse} for ${observeMs} ms`, () => {
      const found = parseSettings({ ...raw, timeout, timelapse });
      assert.equal(found.timelapse, Number(timelapse));
      assert.equal(found.observeMs, observeMs);
    });
  }

  it("keeps a window that was set in a time-lapse", () => {
    const found = parseSettings({ ...raw, timeout: "24h", timelapse: "360", observe: "20s" });
    assert.equal(found.observeMs, 20_000);
  });

  it("wants the sidecar's word on a time-lapse", () => {
    assert.deepEqual(problemsOf({ ...raw, timelapse: "2", evidence: "false" }), [
      "  evidence: false can't be had in a time-lapse, whose figure needs the sidecar's own duration; " +
        "set evidence to true, or timelapse to 1",
    ]);
  });

  it("runs what middleware names where there is no endpoint", () => {
    assert.deepEqual(parseSettings({ ...raw, middleware: "mysql,memcached" }).outside, {
      kind: "servers",
      servers: [
        { kind: "mysql", image: "mariadb:11" },
        { kind: "memcached", image: "memcached:1.6" },
      ],
      externalHost: "192.0.2.1",
    });
  });

  it("takes several endpoints, and of each what it is", () => {
    const endpoint = "a.example.com:6379, b.example.com:3306";
    const middleware = "redis, mysql";
    assert.deepEqual(parseSettings({ ...raw, endpoint, middleware }).outside, {
      kind: "endpoints",
      targets: [
        { middleware: "redis", endpoint: { host: "a.example.com", port: 6379 } },
        { middleware: "mysql", endpoint: { host: "b.example.com", port: 3306 } },
      ],
    });
  });

  const together: [config: Record<string, string>, problem: string][] = [
    [
      { endpoint: "a:1,b:2", middleware: "redis" },
      "middleware: 1 kind for 2 endpoints; name as many, in the same order",
    ],
    [
      { evidence: "debug", connections: "11" },
      "evidence: debug is for at most 10 connections, each of which fills the sidecar's log; set connections to " +
        "less, or evidence to true",
    ],
    [{ endpoint: "a:1,a:1" }, 'endpoint: "a:1,a:1" names a:1 twice'],
    [
      { middleware: "tcp" },
      "middleware: tcp is for an endpoint that exists already; set endpoint, or another kind",
    ],
    [
      { endpoint: "a:1", modes: "silent,inFlight" },
      "modes: inFlight can't be had with tcp; set middleware to one or more of redis, mysql, or take the mode out",
    ],
    [
      { modes: "silent,ping", connections: "100", repetitions: "6" },
      "connections: 100 at once in 2 tests, 6 times, are more than 1000 samples; set connections or repetitions " +
        "to less",
    ],
    [
      { redisPassword: "correct horse" },
      "redisPassword: is for an endpoint that exists already and speaks redis; set endpoint, and middleware to " +
        "redis, or remove the key",
    ],
    [
      { endpoint: "a:1,b:2", path: "serviceEntry" },
      "path: serviceEntry is for one endpoint, and there are 2; set path to passthrough, or middleware to one kind",
    ],
    [
      { endpoint: "a:1,b:2", remedy: "excludeOutboundPorts" },
      "remedy: excludeOutboundPorts is for the port of one endpoint, and there are 2; set remedy to envoyFilter, " +
        "or middleware to one kind",
    ],
  ];
  for (const [config, problem] of together) {
    it(`refuses ${JSON.stringify(config)}`, () => {
      assert.deepEqual(problemsOf({ ...raw, ...config }), [`  ${problem}`]);
    });
  }

  it("names everything that is wrong at once", () => {
    const config = {
      timeout: "1d",
      observe: "500ms",
      wait: "169h",
      run: "-1",
      timelapse: "361",
      path: "direct",
      remedy: "envoyfilter",
      evidence: "yes",
      endpoint: "redis",
      externalHost: "my host",
      redisImage: "",
      memcachedImage: "",
      mysqlImage: "",
      mongodbImage: "",
      kubeContext: "any text",
      revision: "1.30",
      registry: "acme/probe",
      baseImage: "node 22",
      compilerImage: "",
      drivers: "java-jdbc",
      goImage: "",
      nodeBuildImage: "",
      platform: "amd64",
      middleware: "redis,ftp",
      modes: "ping,ping",
      connections: "0",
      repetitions: "many",
      tiemout: "10s",
      Run: "2",
    };
    const keys =
      "baseImage, compilerImage, connections, drivers, endpoint, evidence, externalHost, goImage, kubeContext, " +
      "memcachedImage, middleware, modes, mongodbImage, mongodbPassword, mongodbUsername, mysqlImage, mysqlPassword, " +
      "mysqlUsername, nodeBuildImage, observe, path, platform, redisImage, redisPassword, redisUsername, registry, remedy, repetitions, revision, " +
      "run, timelapse, timeout, wait";
    assert.deepEqual(problemsOf(config), [
      `  Run: no such key; allowed are ${keys}`,
      `  tiemout: no such key; allowed are ${keys}`,
      '  timeout: "1d" has the unknown unit "d", allowed are ns, us, ms, s, m, h; use a Go duration ' +
        "such as 10s, 13.7s, 1h30m or 24h, or one of default, remove, off",
      '  observe: "500ms" is outside 1s to 168h',
      '  wait: "169h" is longer than 168h',
      '  run: "-1" is not a whole number from 0 to 999999999',
      '  timelapse: "361" is not a whole number from 1, which is real time, to 360',
      '  path: "direct" is not a path; use one of passthrough, serviceEntry',
      '  remedy: "envoyfilter" is not a remedy; use one of envoyFilter, envoyFilterPort, destinationRule, ' +
        "proxyMetadata, tcpKeepalive, excludeOutboundPorts",
      '  evidence: "yes" is none of true, false, debug',
      '  middleware: "ftp" is not a kind of middleware; use one or more of redis, memcached, mysql, mongodb, ' +
        "tcp, separated by commas",
      '  endpoint: "redis" is not an endpoint; use host:port without a scheme and with a port from 1 ' +
        "to 65535, such as redis.example.com:6379 or [2001:db8::5]:6379",
      '  modes: "ping,ping" names "ping" twice',
      '  connections: "0" is not a whole number from 1 to 1000',
      '  repetitions: "many" is not a whole number from 1 to 1000',
      '  externalHost: "my host" is not a DNS name or an IP address',
      '  revision: "1.30" is not a revision of Istio; use the value of its label istio.io/rev, such as ' +
        "1-30-2, or a revision tag",
      '  registry: "acme/probe" is not a registry; set it to a registry that you can push to and the ' +
        "cluster can pull from, as host[:port][/path]",
      `  baseImage: "node 22" is not an image's name; use [host/]name[:tag]`,
      `  compilerImage: "" is not an image's name; use [host/]name[:tag]`,
      `  redisImage: "" is not an image's name; use [host/]name[:tag]`,
      `  memcachedImage: "" is not an image's name; use [host/]name[:tag]`,
      `  mysqlImage: "" is not an image's name; use [host/]name[:tag]`,
      `  mongodbImage: "" is not an image's name; use [host/]name[:tag]`,
      '  drivers: "java-jdbc" is not a driver; use all, or one or more of go-memcached, go-mongodb, go-mysql, go-redis, ' +
        "node-ioredis, node-mongodb, node-mysql2, node-redis, separated by commas",
      `  goImage: "" is not an image's name; use [host/]name[:tag]`,
      `  nodeBuildImage: "" is not an image's name; use [host/]name[:tag]`,
      '  platform: "amd64" is not a platform; use one such as linux/amd64 or linux/arm64',
    ]);
  });

  it("takes the drivers for which there is a server, and refuses others", () => {
    const config = { ...raw, timeout: "12s", middleware: "redis,mysql" };
    assert.deepEqual(parseSettings({ ...config, drivers: "all" }).drivers, [
      "go-mysql",
      "go-redis",
      "node-ioredis",
      "node-mysql2",
      "node-redis",
    ]);
    assert.deepEqual(problemsOf({ ...config, drivers: "go-mongodb" }), [
      "  drivers: go-mongodb talks to mongodb, which this stack does not have; allowed are go-mysql, go-redis, " +
        "node-ioredis, node-mysql2, node-redis, or add mongodb to middleware",
    ]);
  });

  const durations = "use a Go duration such as 10s, 13.7s, 1h30m or 24h";
  const timeouts = `${durations}, or one of default, remove, off`;
  const run = "is not a whole number from 0 to 999999999";
  const endpoint =
    "is not an endpoint; use host:port without a scheme and with a port from 1 to 65535, such as " +
    "redis.example.com:6379 or [2001:db8::5]:6379";
  const refused: [key: string, value: string, why: string][] = [
    ["timeout", "10", `has no unit after 10; ${timeouts}`],
    ["timeout", "0", `has no unit after 0; ${timeouts}`],
    ["timeout", "-5s", `is negative; ${timeouts}`],
    ["timeout", "99999h", `is longer than 10000h; ${timeouts}`],
    ["timeout", "NaN", `is not a duration; ${timeouts}`],
    ["timeout", "false", `is not a duration; ${timeouts}`],
    ["observe", "0s", "is outside 1s to 168h"],
    ["observe", "-5s", `is negative; ${durations}`],
    ["observe", "169h", "is outside 1s to 168h"],
    ["observe", "1e3s", `has the unknown unit "e", allowed are ns, us, ms, s, m, h; ${durations}`],
    ["run", "1.5", run],
    ["run", "NaN", run],
    ["run", "1e99", run],
    ["run", "99999999999", run],
    ["evidence", "1", "is none of true, false, debug"],
    ["endpoint", "redis://a:6379", endpoint],
    ["endpoint", "2001:db8::5:6379", endpoint],
  ];
  for (const [key, value, why] of refused) {
    it(`refuses ${key} ${value} in one line`, () => {
      const given = JSON.stringify(value);
      assert.deepEqual(problemsOf({ ...raw, [key]: value }), [`  ${key}: ${given} ${why}`]);
    });
  }

  it("names what does not go together, beside all else that is wrong", () => {
    const config = {
      ...raw,
      run: "x",
      timeout: "default",
      timelapse: "10",
      remedy: "destinationRule",
    };
    assert.deepEqual(problemsOf(config), [
      `  run: "x" ${run}`,
      "  remedy: destinationRule is for a host that the mesh knows, and path is passthrough; set path to " +
        "serviceEntry, or remedy to one of envoyFilter, envoyFilterPort, proxyMetadata, excludeOutboundPorts",
      "  timeout: default is nothing that remedy destinationRule could set; set timeout to one of a duration, " +
        "off, or remedy to envoyFilter",
    ]);
  });

  it("asks a ServiceEntry's host of the key that names it", () => {
    const path = "serviceEntry";
    const line = (key: string, name: string) =>
      `  ${key}: ${JSON.stringify(name)} is no host that a ServiceEntry takes, whose names have only letters, ` +
      `digits, - and dots; set ${key} to another name or to an IP address, or path to passthrough`;
    assert.deepEqual(problemsOf({ ...raw, path, endpoint: "my_redis:6379" }), [
      line("endpoint", "my_redis"),
    ]);
    assert.deepEqual(problemsOf({ ...raw, path, externalHost: "my_host" }), [
      line("externalHost", "my_host"),
    ]);
  });

  it("says what is missing in a new stack", () => {
    assert.deepEqual(problemsOf({ ...raw, registry: "", externalHost: "" }), [
      "  registry: not set; set it to a registry that you can push to and the cluster can pull from, " +
        "as host[:port][/path], such as localhost:5000 or ghcr.io/acme",
      "  externalHost: not set; set it to the name or address under which pods reach the machine " +
        "that runs Docker, such as host.minikube.internal, or set endpoint to something that exists",
    ]);
  });

  const registries = [
    "localhost",
    "localhost:5000",
    "192.0.2.1:5000/a",
    "ghcr.io/acme",
    "r.io/a/b_c",
  ];
  for (const registry of registries) {
    it(`takes the registry ${registry}`, () => {
      assert.equal(parseSettings({ ...raw, registry }).registry, registry);
    });
  }
  for (const registry of ["acme", "https://ghcr.io/acme", "ghcr.io/", "ghcr.io/Acme", "a b.io"]) {
    it(`refuses the registry ${registry}`, () => {
      assert.equal(problemsOf({ ...raw, registry }).length, 1);
    });
  }
});

describe("projectConfig", () => {
  it("picks the project's keys", () => {
    const all = {
      "idle:timeout": "10s",
      "idle:a:b": "c",
      "idler:x": "y",
      "kubernetes:context": "z",
    };
    assert.deepEqual(projectConfig(all, "idle"), { timeout: "10s", "a:b": "c" });
  });
});

describe("project files", () => {
  const project = readFileSync("Pulumi.yaml", "utf8");
  /** The keys of the `config:` section with their defaults; it holds nothing deeper than those. */
  const declared = Object.fromEntries(
    [...project.matchAll(/^ {2}(\w+):\n(?: {4}.*\n)*? {4}default: (.*)$/gm)].map(
      ([, key = "", value = ""]) => [key, value.replace(/^"(.*)"$/, "$1")],
    ),
  );

  it("declare the keys that the program takes, each with a default that it takes", () => {
    assert.deepEqual(Object.keys(declared).sort(), Object.keys(raw).sort());
    assert.deepEqual(
      parseSettings({ ...declared, registry: "localhost:5000", externalHost: "192.0.2.1" }),
      settings,
    );
  });

  // Not the stack files of one's own.
  const committed = execFileSync("git", ["ls-files", "Pulumi.*.yaml"], { encoding: "utf8" });
  for (const file of committed.trim().split("\n")) {
    it(`set in ${file} only what the program takes`, () => {
      const lines = readFileSync(file, "utf8").split("\n");
      const set = Object.fromEntries(
        lines.flatMap((line) => {
          const [, key, value] = /^ {2}istio-idle-timeout:(\w+): (.*)$/.exec(line) ?? [];
          return key === undefined || value === undefined ? [] : [[key, value]];
        }),
      );
      assert.ok("timeout" in set);
      assert.deepEqual(problemsOf({ ...raw, ...set }), []);
    });
  }
});
