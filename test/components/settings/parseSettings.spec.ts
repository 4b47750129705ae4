import assert from "node:assert/strict";
import { parseSettings } from "../../../components/settings/parseSettings.ts";
import type { Settings } from "../../../components/settings/settings.ts";
import { stackConfig } from "../../stackConfig.ts";
import { problemsOf } from "./problems.ts";

const raw = stackConfig();

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

describe("parseSettings", () => {
  it("takes defaults and empty values", () => {
    assert.deepEqual(parseSettings(raw), settings);
  });

  it("has the defaults where a key is absent", () => {
    const { registry, externalHost } = raw;
    assert.deepEqual(parseSettings({ registry, externalHost }), settings);
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

  it("keeps a window that was set", () => {
    const config = { ...raw, timeout: "24h", timelapse: "360" };
    assert.equal(parseSettings(config).observeMs, 244_000);
    assert.equal(parseSettings({ ...config, observe: "20s" }).observeMs, 20_000);
  });

  it("needs the sidecar's word on a time-lapse", () => {
    assert.deepEqual(problemsOf({ ...raw, timelapse: "2", evidence: "false" }), [
      "  evidence: false does not work in a time-lapse, whose figure needs the sidecar's own duration; set evidence " +
        "to true, or timelapse to 1",
    ]);
  });

  const together: [config: Record<string, string>, problem: string][] = [
    [
      { endpoint: "a:1,b:2", middleware: "redis" },
      "middleware: 1 kind for 2 endpoints; name as many, in the same order",
    ],
    [
      { evidence: "debug", connections: "11" },
      "evidence: debug takes at most 10 connections, each of which fills the sidecar's log; set connections to " +
        "less, or evidence to true",
    ],
    [{ endpoint: "a:1,a:1" }, 'endpoint: "a:1,a:1" names a:1 twice'],
    [
      { middleware: "tcp" },
      "middleware: tcp needs an existing endpoint; set endpoint, or another kind",
    ],
    [
      { endpoint: "a:1", modes: "silent,inFlight" },
      "modes: inFlight does not work with tcp; set middleware to one or more of redis, mysql, or remove the mode",
    ],
    [
      { modes: "silent,ping", connections: "100", repetitions: "6" },
      "connections: 100 at once in 2 tests, 6 times, make more than 1000 samples; set connections or repetitions " +
        "to less",
    ],
    [
      { redisPassword: "correct horse" },
      "redisPassword: only an existing endpoint that speaks redis takes it; set endpoint, and middleware to redis, " +
        "or remove the key",
    ],
    [
      { endpoint: "a:1,b:2", path: "serviceEntry" },
      "path: serviceEntry takes one endpoint, and there are 2; set path to passthrough, or middleware to one kind",
    ],
    [
      { endpoint: "a:1,b:2", remedy: "excludeOutboundPorts" },
      "remedy: excludeOutboundPorts takes the port of one endpoint, and there are 2; set remedy to envoyFilter, " +
        "or middleware to one kind",
    ],
  ];
  for (const [config, problem] of together) {
    it(`refuses ${JSON.stringify(config)}`, () => {
      assert.deepEqual(problemsOf({ ...raw, ...config }), [`  ${problem}`]);
    });
  }

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

  it("names what does not go together, beside all else that is wrong", () => {
    const config = {
      ...raw,
      run: "x",
      timeout: "default",
      timelapse: "10",
      remedy: "destinationRule",
    };
    assert.deepEqual(problemsOf(config), [
      '  run: "x" is not a whole number from 0 to 999999999',
      "  remedy: destinationRule needs a host that the mesh knows, but path is passthrough; set path to " +
        "serviceEntry, or remedy to one of envoyFilter, envoyFilterPort, proxyMetadata, excludeOutboundPorts",
      "  timeout: remedy destinationRule can not set default; set timeout to one of a duration, " +
        "off, or remedy to envoyFilter",
    ]);
  });

  it("asks a ServiceEntry's host of the key that names it", () => {
    const path = "serviceEntry";
    const line = (key: string, name: string) =>
      `  ${key}: ${JSON.stringify(name)} is not a host that a ServiceEntry takes: its names have only letters, ` +
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
      "  externalHost: not set; set it to the name or address by which pods reach the machine that runs " +
        "Docker, such as host.minikube.internal, or set endpoint to something that exists",
    ]);
  });
});
