import assert from "node:assert/strict";
import { CONFIG_KEYS } from "../../../components/settings/keys.ts";
import { readValues } from "../../../components/settings/readers.ts";
import { stackConfig } from "../../stackConfig.ts";

const raw = stackConfig();

describe("readValues", () => {
  it("reads every key of the table", () => {
    const { problems, values } = readValues(raw);
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.keys(values), Object.keys(CONFIG_KEYS));
  });

  it("names everything that is wrong at once, in the order of the table", () => {
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
    assert.deepEqual(readValues(config).problems, [
      `Run: no such key; allowed are ${keys}`,
      `tiemout: no such key; allowed are ${keys}`,
      'timeout: "1d" has the unknown unit "d", allowed are ns, us, ms, s, m, h; use a Go duration ' +
        "such as 10s, 13.7s, 1h30m or 24h, or one of default, remove, off, asIs",
      'path: "direct" is not a path; use one of passthrough, serviceEntry',
      'remedy: "envoyfilter" is not a remedy; use one of envoyFilter, envoyFilterPort, destinationRule, ' +
        "proxyMetadata, tcpKeepalive, excludeOutboundPorts",
      'middleware: "ftp" is not a kind of middleware; use one or more of redis, memcached, mysql, mongodb, ' +
        "tcp, separated by commas",
      'modes: "ping,ping" names "ping" twice',
      'drivers: "java-jdbc" is not a driver; use all, or one or more of go-memcached, go-mongodb, go-mysql, go-redis, ' +
        "node-ioredis, node-mongodb, node-mysql2, node-redis, separated by commas",
      'endpoint: "redis" is not an endpoint; use host:port without a scheme and with a port from 1 ' +
        "to 65535, such as redis.example.com:6379 or [2001:db8::5]:6379",
      'externalHost: "my host" is not a DNS name or an IP address',
      'revision: "1.30" is not a revision of Istio; use the value of its label istio.io/rev, such as ' +
        "1-30-2, or a revision tag",
      'registry: "acme/probe" is not a registry; set it to a registry that you can push to and the ' +
        "cluster can pull from, as host[:port][/path]",
      'platform: "amd64" is not a platform; use one such as linux/amd64 or linux/arm64',
      'observe: "500ms" is outside 1s to 168h',
      'wait: "169h" is longer than 168h',
      'run: "-1" is not a whole number from 0 to 999999999',
      'timelapse: "361" is not a whole number from 1, which is real time, to 360',
      'evidence: "yes" is none of true, false, debug',
      'connections: "0" is not a whole number from 1 to 1000',
      'repetitions: "many" is not a whole number from 1 to 1000',
      `baseImage: "node 22" is not an image's name; use [host/]name[:tag]`,
      `compilerImage: "" is not an image's name; use [host/]name[:tag]`,
      `goImage: "" is not an image's name; use [host/]name[:tag]`,
      `nodeBuildImage: "" is not an image's name; use [host/]name[:tag]`,
      `redisImage: "" is not an image's name; use [host/]name[:tag]`,
      `memcachedImage: "" is not an image's name; use [host/]name[:tag]`,
      `mysqlImage: "" is not an image's name; use [host/]name[:tag]`,
      `mongodbImage: "" is not an image's name; use [host/]name[:tag]`,
    ]);
  });

  const durations = "use a Go duration such as 10s, 13.7s, 1h30m or 24h";
  const timeouts = `${durations}, or one of default, remove, off, asIs`;
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
      assert.deepEqual(readValues({ ...raw, [key]: value }).problems, [`${key}: ${given} ${why}`]);
    });
  }
});
