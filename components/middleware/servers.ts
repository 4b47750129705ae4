import { memcached } from "./memcached.ts";
import { mongodb } from "./mongodb.ts";
import { mysql } from "./mysql.ts";
import { redis } from "./redis.ts";
import type { Server } from "./server.ts";
import type { ServerKind } from "../../model/target.ts";

/** Servers by kind of middleware. */
export const servers: Readonly<Record<ServerKind, Server>> = { redis, memcached, mysql, mongodb };
