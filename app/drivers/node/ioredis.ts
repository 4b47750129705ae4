import { Redis } from "ioredis";
import type { CommonRedisOptions } from "ioredis";
import { words } from "./usage.ts";
import type { Surroundings, Usage } from "./usage.ts";

const ioredis = { driver: "node-ioredis", kind: "redis", module: "ioredis" };

function connect(
  { server, say }: Surroundings,
  options: Pick<CommonRedisOptions, "retryStrategy"> = {},
): Redis {
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
    open: (surroundings) => {
      const redis = connect(surroundings);
      return () => redis.get("istio-idle-timeout");
    },
  },
  {
    ...{ ...ioredis, name: "no reconnect", settings: words("retryStrategy: () => null") },
    open: (surroundings) => {
      const redis = connect(surroundings, { retryStrategy: () => null });
      return () => redis.get("istio-idle-timeout");
    },
  },
  {
    ...{ ...ioredis, name: "advised" },
    settings: (idleTimeoutMs) => [`setInterval(() => redis.ping(), ${idleTimeoutMs / 2})`],
    open: (surroundings) => {
      const redis = connect(surroundings);
      setInterval(() => void redis.ping(), surroundings.idleTimeoutMs / 2);
      return () => redis.get("istio-idle-timeout");
    },
  },
];
