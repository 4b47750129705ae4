import { readFileSync } from "node:fs";

/** Configuration of the program. It is mounted from a Secret, because it holds credentials. */
export interface Config {
  /** Idle time of each driver, in ms. */
  idleMs: number;
  /** Idle timeout that the advised settings stay below, in ms. */
  idleTimeoutMs: number;
  /** Names of the drivers to measure, such as `node-redis`; those of other languages are ignored. */
  drivers: string[];
  /** Servers by kind: redis, memcached, mysql, mongodb. */
  servers: Partial<Record<string, Server>>;
}

/** Server that drivers connect to. */
export interface Server {
  host: string;
  port: number;
  username?: string;
  password?: string;
}

/** @throws Error if the file holds no JSON; its message does not repeat the content. */
export function readConfig(path: string): Config {
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text) as Config;
  } catch {
    throw new Error(`${path} holds no JSON`);
  }
}
