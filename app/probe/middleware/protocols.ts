import type { MiddlewareKind } from "../sample.ts";
import { memcached } from "./memcached.ts";
import { mongodb } from "./mongodb/mongodb.ts";
import { mysql } from "./mysql/mysql.ts";
import type { Protocol } from "./protocol.ts";
import { redis } from "./redis/redis.ts";
import { tcp } from "./tcp.ts";

/** Protocol of each kind of middleware. */
export const protocols: Readonly<Record<MiddlewareKind, Protocol>> = {
  redis,
  memcached,
  mysql,
  mongodb,
  tcp,
};
