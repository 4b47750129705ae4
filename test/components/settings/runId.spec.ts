import assert from "node:assert/strict";
import { runId } from "../../../components/settings/runId.ts";
import { parseSettings } from "../../../components/settings/parseSettings.ts";
import { stackConfig } from "../../stackConfig.ts";

const raw = { ...stackConfig(), timeout: "60s" };
const idOf = (change: Record<string, string>) => runId(parseSettings({ ...raw, ...change }));

describe("runId", () => {
  it("is short, fit for labels, and the same on every machine", () => {
    assert.equal(idOf({}), "8bb9ec987d");
  });

  const redefining: Record<string, string>[] = [
    { timeout: "61s" },
    { timeout: "default" },
    { timeout: "remove" },
    { timeout: "off" },
    { observe: "63s" },
    { observe: "64s", timelapse: "2" },
    { observe: "64s", timelapse: "3" },
    { run: "2" },
    { path: "serviceEntry" },
    { path: "serviceEntry", remedy: "destinationRule" },
    { remedy: "envoyFilterPort" },
    { remedy: "proxyMetadata" },
    { evidence: "false" },
    { modes: "silent,ping" },
    { connections: "2" },
    { repetitions: "2" },
    { endpoint: "redis.example.com:6379", middleware: "redis" },
    { endpoint: "redis.example.com:6379,db.example.com:3306" },
    { endpoint: "redis.example.com:6379" },
    { endpoint: "redis.example.com:6380" },
    { externalHost: "192.0.2.2" },
    { redisImage: "redis:8" },
    { kubeContext: "other" },
    { revision: "canary" },
  ];
  it("differs with everything that defines a measurement", () => {
    const ids = [{}, ...redefining].map(idOf);
    assert.equal(new Set(ids).size, ids.length);
  });

  const irrelevant: Record<string, string>[] = [
    { timeout: "1m" },
    { timeout: "60000ms" },
    { observe: "64s" },
    { wait: "10s" },
    { run: "01" },
    { registry: "ghcr.io/acme" },
    { baseImage: "node:24-slim" },
    { compilerImage: "gcc:13" },
    { drivers: "node-redis" },
    { goImage: "golang:1.27" },
    { nodeBuildImage: "node:24-slim" },
    { platform: "linux/arm64" },
  ];
  for (const change of irrelevant) {
    it(`is the same with ${JSON.stringify(change)}`, () => {
      assert.equal(idOf(change), idOf({}));
    });
  }
});
