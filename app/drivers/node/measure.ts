import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "./config.ts";
import { describe } from "./describe.ts";
import { Notes, rounded } from "./notes.ts";
import { awaitServer } from "./reach.ts";
import type { Request, Row } from "./row.ts";
import type { Ask, Usage } from "./usage.ts";

/** A request that takes longer has failed, whatever the driver would go on trying. */
const REQUEST_LIMIT_MS = 10_000;
/** For the server to be reached at first. */
const REACH_LIMIT_MS = 30_000;

/** One case as it comes about, in a thread of its own: an error that nobody catches ends no other one. */
export class Measurement {
  readonly #notes = new Notes();
  readonly #usage: Usage;
  readonly #config: Config;
  #idleFromMs: number | undefined;

  constructor(usage: Usage, config: Config) {
    this.#usage = usage;
    this.#config = config;
  }

  async run(): Promise<Row> {
    const usage = this.#usage;
    const config = this.#config;
    const server = config.servers[usage.kind];
    if (server === undefined) {
      return this.#row({ problem: `there is no server of kind ${usage.kind}` });
    }
    let ask: Ask;
    try {
      await awaitServer(server, REACH_LIMIT_MS);
      if (usage.tellsConnections !== true) {
        this.#notes.watchSockets();
      }
      ask = await usage.open({
        server,
        idleTimeoutMs: config.idleTimeoutMs,
        say: (text) => this.#notes.said.push(text),
        opened: () => {
          this.#notes.opened();
        },
      });
      await limited(ask);
    } catch (error) {
      const { message } = describe(error);
      return this.#row({ problem: `the request before the idle time failed: ${message}` });
    }
    this.#idleFromMs = performance.now();
    await sleep(config.idleMs);
    const idleMs = rounded(performance.now() - this.#idleFromMs);
    const first = await timed(ask);
    const second = await timed(ask);
    return this.#row({ idleMs, first, second });
  }

  /** The row of a case that ended by an error that nobody caught. */
  crashed(error: unknown): Row {
    const now = performance.now();
    const atMs = rounded(now - (this.#idleFromMs ?? now));
    return this.#row({ idleMs: atMs, crash: { atMs, error: describe(error) } });
  }

  #row(result: Partial<Row>): Row {
    const { driver, module, name, settings } = this.#usage;
    return {
      driver,
      version: `${module} ${versionOf(module)}`,
      case: name,
      settings: settings(this.#config.idleTimeoutMs),
      idleMs: 0,
      connections: this.#notes.connections(this.#idleFromMs ?? performance.now()),
      said: this.#notes.said,
      ...result,
    };
  }
}

async function timed(ask: Ask): Promise<Request> {
  const began = performance.now();
  try {
    await limited(ask);
    return { outcome: "ok", ms: rounded(performance.now() - began) };
  } catch (error) {
    return {
      outcome: "error",
      ms: rounded(performance.now() - began),
      error: describe(error),
    };
  }
}

async function limited(ask: Ask): Promise<void> {
  const giveUp = new AbortController();
  const limit = sleep(REQUEST_LIMIT_MS, undefined, { signal: giveUp.signal }).then(() => {
    throw new Error(`no answer within ${REQUEST_LIMIT_MS / 1000} s`);
  });
  limit.catch(() => undefined);
  try {
    await Promise.race([ask(), limit]);
  } finally {
    giveUp.abort();
  }
}

/** Of the installed package; some do not let their package.json be imported. */
function versionOf(module: string): string {
  const manifests = (createRequire(import.meta.url).resolve.paths(module) ?? [])
    .map((folder) => join(folder, module, "package.json"))
    .filter((file) => existsSync(file));
  const [manifest = ""] = manifests;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
