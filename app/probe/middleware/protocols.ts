import type { MiddlewareKind } from "../record.ts";
import { memcached } from "./memcached.ts";
import { mongodb } from "./mongodb.ts";
import { mysql } from "./mysql.ts";
import type { Protocol } from "./protocol.ts";
import { redis } from "./redis.ts";
import { tcp } from "./tcp.ts";

/** What is spoken with each kind of middleware. */
export const protocols: Readonly<Record<MiddlewareKind, Protocol>> = {
  redis,
  memcached,
  mysql,
  mongodb,
  tcp,
};
