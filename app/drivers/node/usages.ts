import { ioredisUsages } from "./ioredis.ts";
import { mongodbUsages } from "./mongodb.ts";
import { mysql2Usages } from "./mysql2.ts";
import { nodeRedisUsages } from "./nodeRedis.ts";
import type { Usage } from "./usage.ts";

export const usages: readonly Usage[] = [
  ...ioredisUsages,
  ...mongodbUsages,
  ...mysql2Usages,
  ...nodeRedisUsages,
];
