import assert from "node:assert/strict";
import { isElsewhere, narrow } from "../../../cli/watch/narrow.ts";
import type { IdleClose } from "../../../cli/watch/sessions.ts";
import { parseEndpoint } from "../../../model/endpoint.ts";

describe("a connection is known to go elsewhere", () => {
  const redis = { endpoint: "redis.shop.svc.cluster.local:6379", address: "10.96.0.1:6379" };
  const passed = { endpoint: "10.0.0.5:6379", address: "10.0.0.5:6379" };
  for (const [wanted, to, expected] of [
    ["redis.shop.svc.cluster.local:6379", redis, false],
    ["redis.shop:6379", redis, false],
    ["redis:6379", redis, false],
    ["red:6379", redis, true],
    ["redis:6380", redis, true],
    ["10.96.0.1:6379", redis, false],
    ["10.96.0.2:6379", redis, true],
    ["10.96.0.2:6379", { endpoint: redis.endpoint }, false],
    ["10.96.0.2:6380", { endpoint: redis.endpoint }, true],
    ["10.0.0.5:6379", passed, false],
    ["10.0.0.6:6379", passed, true],
    // The name's address is not known here.
    ["redis.example.com:6379", passed, false],
    ["redis.example.com:6380", passed, true],
    ["redis.example.com:6379", { endpoint: "*.example.com:6379" }, false],
    ["redis.example.com:443", { endpoint: "*.example.com:6379" }, true],
    ["[fd00::2]:3306", { endpoint: "[fd00::2]:3306" }, false],
    ["[fd00::3]:3306", { endpoint: "[fd00::2]:3306" }, true],
    ["redis:6379", {}, false],
  ] as const) {
    it(`than ${wanted}: ${JSON.stringify(to)}: ${expected}`, () => {
      assert.equal(isElsewhere(to, parseEndpoint(wanted)), expected);
    });
  }
});

describe("narrow", () => {
  const close = (endpoint: string): IdleClose => ({ at: "", connection: "1", endpoint });
  const watch = {
    ...{ pod: "web", watchedMs: 1, log: { lines: 0, bytes: 0 }, notes: ["a note"] },
    closes: [close("redis.shop:6379"), close("db.shop:3306"), close("db.shop:3306")],
    others: ["redis.shop:6379", "db.shop:3306"].map((endpoint) => ({
      ...{ endpoint, end: "notTold" as const, count: 1 },
    })),
  };

  it("leaves out the others, and says how many idle closes these are", () => {
    assert.deepEqual(narrow(watch, parseEndpoint("redis:6379")), {
      ...watch,
      closes: watch.closes.slice(0, 1),
      others: watch.others.slice(0, 1),
      notes: ["a note", "idle closes left out, to other endpoints: 2"],
    });
  });

  it("says nothing where there are none", () => {
    const only = { ...watch, closes: watch.closes.slice(0, 1) };
    assert.deepEqual(narrow(only, parseEndpoint("redis:6379")).notes, ["a note"]);
  });
});
