import type { ConnectionOptions, PoolOptions } from "mysql2/promise";
import { words } from "./usage.ts";
import type { Ask, Opening, Usage } from "./usage.ts";

const mysql2 = { driver: "node-mysql2", kind: "mysql", module: "mysql2" };

function access({ server }: Opening): ConnectionOptions {
  const { host, port, username, password } = server;
  return {
    ...{ host, port },
    ...(username !== undefined && { user: username }),
    ...(password !== undefined && { password }),
  };
}

async function pooled(opening: Opening, options: PoolOptions = {}): Promise<Ask> {
  const { createPool } = await import("mysql2/promise");
  const pool = createPool({ ...access(opening), ...options });
  return () => pool.query("SELECT 1");
}

export const mysql2Usages: Usage[] = [
  { ...mysql2, name: "defaults", settings: words(), open: (around) => pooled(around) },
  {
    ...{ ...mysql2, name: "single connection", settings: words("createConnection") },
    open: async (opening) => {
      const { createConnection } = await import("mysql2/promise");
      const connection = await createConnection(access(opening));
      connection.on("error", (error: NodeJS.ErrnoException) => {
        opening.say(`error event: ${error.code ?? ""} ${error.message}`);
      });
      return () => connection.query("SELECT 1");
    },
  },
  {
    ...{ ...mysql2, name: "no error listener" },
    // A connection of mysql2/promise has a listener of its own.
    settings: words("createConnection with callbacks", 'without connection.on("error")'),
    open: async (opening) => {
      const { createConnection } = await import("mysql2");
      const connection = createConnection(access(opening));
      return () =>
        new Promise<void>((resolve, reject) => {
          connection.query("SELECT 1", (error) => {
            if (error) {
              reject(error);
            } else {
              resolve();
            }
          });
        });
    },
  },
  {
    ...{ ...mysql2, name: "advised" },
    // idleTimeout does nothing while maxIdle equals connectionLimit, as it does by default.
    settings: (idleTimeoutMs) => [`idleTimeout: ${idleTimeoutMs / 2}`, "maxIdle: 9"],
    open: (around) => pooled(around, { idleTimeout: around.idleTimeoutMs / 2, maxIdle: 9 }),
  },
];
