import assert from "node:assert/strict";
import {
  driverIdleMs,
  driverKinds,
  driverProblems,
  driversFor,
  languagesOf,
  parseDrivers,
} from "../../../components/settings/drivers.ts";

const stack = {
  kinds: ["redis", "mysql"],
  timeout: { variant: "duration", ms: 12_000 },
  timelapse: 1,
} as const;

describe("the drivers to measure", () => {
  it("are those that are named, all, or none", () => {
    assert.deepEqual(parseDrivers("node-redis, go-mysql"), ["node-redis", "go-mysql"]);
    assert.equal(parseDrivers("all"), "all");
    assert.deepEqual(parseDrivers(""), []);
  });

  it("are refused when they are none, or there twice", () => {
    assert.throws(() => parseDrivers("go-mysql,java-jdbc"), {
      message:
        '"java-jdbc" is not a driver; use all, or one or more of go-memcached, go-mongodb, go-mysql, go-redis, ' +
        "node-ioredis, node-mongodb, node-mysql2, node-redis, separated by commas",
    });
    assert.throws(() => parseDrivers("go-redis,go-redis"), {
      message: '"go-redis,go-redis" names "go-redis" twice',
    });
  });

  it("are, where all are asked for, those for which there is a server", () => {
    assert.deepEqual(driversFor("all", ["redis", "tcp"]), [
      "go-redis",
      "node-ioredis",
      "node-redis",
    ]);
    assert.deepEqual(driversFor(["node-redis", "go-mysql"], ["redis"]), ["go-mysql", "node-redis"]);
  });

  it("have languages and kinds", () => {
    assert.deepEqual(languagesOf(["node-redis", "node-ioredis"]), ["node"]);
    assert.deepEqual(languagesOf(["node-redis", "go-mysql"]), ["go", "node"]);
    assert.deepEqual(driverKinds(["node-redis", "go-redis", "go-mysql"]), ["mysql", "redis"]);
  });

  it("are left alone for longer than the timeout", () => {
    assert.equal(driverIdleMs(12_000), 15_000);
  });

  it("are no problem where there is a server for each, and none where there are no drivers", () => {
    assert.deepEqual(driverProblems("all", stack), []);
    assert.deepEqual(driverProblems(["go-mysql"], stack), []);
    assert.deepEqual(driverProblems([], { ...stack, timelapse: 360 }), []);
  });

  it("need a server of their kind", () => {
    assert.deepEqual(driverProblems(["go-mongodb", "go-mysql"], stack), [
      "drivers: go-mongodb talks to mongodb, which this stack does not have; allowed are go-mysql, go-redis, " +
        "node-ioredis, node-mysql2, node-redis, or add mongodb to middleware",
    ]);
    assert.deepEqual(driverProblems(["go-redis"], { ...stack, kinds: ["tcp"] }), [
      "drivers: go-redis talks to redis, which this stack does not have; none is allowed, or add redis to middleware",
    ]);
    assert.deepEqual(driverProblems("all", { ...stack, kinds: ["tcp"] }), [
      "drivers: no driver talks to what this stack has; add redis to middleware",
    ]);
  });

  it("need a timeout that can be waited out, in real time", () => {
    const timeout =
      "drivers: they send nothing for longer than the timeout, which has to be a duration from 2s to 10m; set " +
      "timeout to one such as 12s, or unset drivers";
    for (const refused of [
      { variant: "off" },
      { variant: "default" },
      { variant: "duration", ms: 1_999 },
      { variant: "duration", ms: 600_001 },
    ] as const) {
      assert.deepEqual(driverProblems("all", { ...stack, timeout: refused }), [timeout]);
    }
    assert.deepEqual(driverProblems("all", { ...stack, timelapse: 360 }), [
      "drivers: their own timers run in real time, so they can't be measured in a time-lapse; set timelapse to 1, " +
        "or unset drivers",
    ]);
  });
});
