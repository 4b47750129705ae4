import { readFileSync } from "node:fs";

/** What is mounted from a Secret, since it holds credentials. */
export interface Config {
  /** How long each driver is left alone, in ms. */
  idleMs: number;
  /** The idle timeout that the advised settings stay below, in ms. */
  idleTimeoutMs: number;
  /** Those to measure, such as `node-redis`; names of other languages are passed over. */
  drivers: string[];
  /** By kind: redis, memcached, mysql, mongodb. */
  servers: Partial<Record<string, Server>>;
}

export interface Server {
  host: string;
  port: number;
  username?: string;
  password?: string;
}

export function readConfig(path: string): Config {
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text) as Config;
  } catch {
    // Without the text, which holds credentials.
    throw new Error(`${path} is not a configuration`);
  }
}
