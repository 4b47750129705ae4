import { memcached } from "./memcached.ts";
import { mongodb } from "./mongodb.ts";
import { mysql } from "./mysql.ts";
import { redis } from "./redis.ts";
import type { Server, ServerKind } from "./server.ts";

/** How each kind is run. */
export const servers: Readonly<Record<ServerKind, Server>> = { redis, memcached, mysql, mongodb };
