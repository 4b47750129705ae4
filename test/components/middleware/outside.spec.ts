import assert from "node:assert/strict";
import { outsideEndpoints } from "../../../components/middleware/outside.ts";
import { parseSettings } from "../../../components/settings/parseSettings.ts";
import { declare, isSecret, valueOf } from "../../mocks.ts";
import * as pulumi from "@pulumi/pulumi";
import { stackConfig } from "../../stackConfig.ts";

/** Declares what a stack connects to, with Docker publishing ports from 49153 on. */
async function declareOutside(change: Record<string, string>) {
  const settings = parseSettings({ ...stackConfig(), ...change });
  let external = 49_152;
  const outputs = {
    "docker:index/container:Container": () => ({ ports: [{ external: (external += 1) }] }),
    "command:local:Command": () => ({ stdout: "generated" }),
  };
  const args = { containerName: (kind: string) => `stack-${kind}`, owner: "ann@laptop/0" };
  const { resources, result } = await declare(() => outsideEndpoints(settings, args, {}), {
    outputs,
  });
  const credentials = pulumi.output(result.credentials);
  return {
    servers: resources.filter(({ type }) => type.endsWith(":ExternalMiddleware")),
    endpoints: await valueOf(result.endpoints),
    credentials: await valueOf(credentials),
    secret: await isSecret(credentials),
  };
}

describe("outsideEndpoints", () => {
  it("takes existing endpoints with their credentials, and declares nothing", async () => {
    const found = await declareOutside({
      ...{ endpoint: "a.example.com:6379,[2001:db8::5]:3306", middleware: "redis,mysql" },
      ...{ mysqlUsername: "probe", mysqlPassword: "correct horse" },
    });
    assert.deepEqual(found.servers, []);
    assert.deepEqual(found.endpoints, ["a.example.com:6379", "[2001:db8::5]:3306"]);
    assert.deepEqual(found.credentials, {
      mysql: { username: "probe", password: "correct horse" },
    });
  });

  it("declares a server for each kind of middleware, named after it", async () => {
    const found = await declareOutside({ middleware: "redis,mysql,memcached" });
    assert.deepEqual(
      found.servers.map(({ name }) => name),
      ["memcached", "mysql", "redis"],
    );
    assert.deepEqual([...(found.endpoints as string[])].sort(), [
      ...["192.0.2.1:49153", "192.0.2.1:49154", "192.0.2.1:49155"],
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(found.credentials)), {
      redis: { password: "generated" },
      mysql: { username: "probe", password: "generated" },
      memcached: {},
    });
    assert.equal(found.secret, true);
  });
});
