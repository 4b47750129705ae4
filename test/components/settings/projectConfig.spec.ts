import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { projectConfig } from "../../../components/settings/projectConfig.ts";
import { declare } from "../../mocks.ts";

/** Reads the configuration of the project `idle` in a program, with the warnings that it logs. */
async function read(config: Record<string, string>, secretKeys: string[] = []) {
  const { result, warnings } = await declare(() => {
    pulumi.runtime.setAllConfig(config, secretKeys);
    return projectConfig("idle");
  });
  return { config: result, warnings };
}

describe("projectConfig", () => {
  it("picks the project's keys", async () => {
    const all = {
      "idle:timeout": "10s",
      "idle:a:b": "c",
      "idler:x": "y",
      "kubernetes:context": "z",
    };
    const found = await read(all);
    assert.deepEqual(found, { config: { timeout: "10s", "a:b": "c" }, warnings: [] });
  });

  it("warns of passwords in plain text, without their values", async () => {
    const all = { "idle:redisPassword": "correct horse", "idle:mysqlPassword": "battery" };
    const { warnings } = await read(all, ["idle:mysqlPassword"]);
    assert.deepEqual(warnings, [
      "redisPassword stands in plain text in the stack file; encrypt it: pulumi config set --secret redisPassword",
    ]);
  });

  it("does not warn of the empty defaults of Pulumi.yaml, nor of usernames", async () => {
    const { warnings } = await read({ "idle:redisPassword": "", "idle:redisUsername": "probe" });
    assert.deepEqual(warnings, []);
  });
});
