import type { RedisClientOptions } from "redis";
import { words } from "./usage.ts";
import type { Opening, Usage } from "./usage.ts";

const nodeRedis = { driver: "node-redis", kind: "redis", module: "redis" };

async function clientOf({ server }: Opening, options: RedisClientOptions = {}) {
  const { createClient } = await import("redis");
  const { host, port, username, password } = server;
  return createClient({
    ...{ socket: { host, port }, ...options },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  });
}

async function connected(opening: Opening, options?: RedisClientOptions) {
  const client = await clientOf(opening, options);
  client.on("error", (error: Error) => {
    opening.say(`error event: ${error.message}`);
  });
  await client.connect();
  return () => client.get("istio-idle-timeout");
}

export const nodeRedisUsages: Usage[] = [
  { ...nodeRedis, name: "defaults", settings: words(), open: (around) => connected(around) },
  {
    ...{ ...nodeRedis, name: "no error listener", settings: words('without client.on("error")') },
    open: async (opening) => {
      const client = await clientOf(opening);
      await client.connect();
      return () => client.get("istio-idle-timeout");
    },
  },
  {
    ...{ ...nodeRedis, name: "advised" },
    settings: (idleTimeoutMs) => [`pingInterval: ${idleTimeoutMs / 2}`],
    open: (around) => connected(around, { pingInterval: around.idleTimeoutMs / 2 }),
  },
];
