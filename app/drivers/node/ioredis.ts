import type { CommonRedisOptions, Redis } from "ioredis";
import { words } from "./usage.ts";
import type { Opening, Usage } from "./usage.ts";

const ioredis = { driver: "node-ioredis", kind: "redis", module: "ioredis" };

async function connect(
  { server, say }: Opening,
  options: Pick<CommonRedisOptions, "retryStrategy"> = {},
): Promise<Redis> {
  // Imported here, so that the thread of each case loads only its own driver.
  const { Redis } = await import("ioredis");
  const { host, port, username, password } = server;
  return new Redis({
    ...{ host, port, ...options },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  }).on("error", (error) => {
    say(`error event: ${error.message}`);
  });
}

export const ioredisUsages: Usage[] = [
  {
    ...{ ...ioredis, name: "defaults", settings: words() },
    open: async (opening) => {
      const redis = await connect(opening);
      return () => redis.get("istio-idle-timeout");
    },
  },
  {
    ...{ ...ioredis, name: "no reconnect", settings: words("retryStrategy: () => null") },
    open: async (opening) => {
      const redis = await connect(opening, { retryStrategy: () => null });
      return () => redis.get("istio-idle-timeout");
    },
  },
  {
    ...{ ...ioredis, name: "advised" },
    settings: (idleTimeoutMs) => [`setInterval(() => redis.ping(), ${idleTimeoutMs / 2})`],
    open: async (opening) => {
      const redis = await connect(opening);
      setInterval(() => void redis.ping(), opening.idleTimeoutMs / 2);
      return () => redis.get("istio-idle-timeout");
    },
  },
];
