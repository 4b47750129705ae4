import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config, Server } from "./config.ts";
import { describe } from "./describe.ts";
import { Notes, rounded } from "./notes.ts";
import { awaitServer } from "./reach.ts";
import type { Request, Row } from "./row.ts";
import type { Ask, Opening, Usage } from "./usage.ts";

/** Time limit of a request, in ms; a longer one has failed, even if the driver goes on trying. */
const REQUEST_LIMIT_MS = 10_000;
/** Time limit for reaching the server, and again for loading the driver and its login, in ms. */
const OPEN_LIMIT_MS = 30_000;

/** Measures one case. Each runs in a thread of its own, so that an uncaught error ends no other case. */
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
      await awaitServer(server, OPEN_LIMIT_MS);
      if (usage.tellsConnections !== true) {
        this.#notes.watchSockets();
      }
      const opening = this.#opening(server);
      // Some drivers connect here, and some of those try for ever.
      ask = await limited(OPEN_LIMIT_MS, async () => usage.open(opening));
      await limited(REQUEST_LIMIT_MS, ask);
    } catch (error) {
      return this.#failed(error);
    }
    this.#idleFromMs = performance.now();
    await sleep(config.idleMs);
    const idleMs = rounded(performance.now() - this.#idleFromMs);
    const first = await timed(ask);
    const second = await timed(ask);
    return this.#row({ idleMs, first, second });
  }

  #opening(server: Server): Opening {
    return {
      server,
      idleTimeoutMs: this.#config.idleTimeoutMs,
      say: (text) => this.#notes.said.push(text),
      opened: () => {
        this.#notes.opened();
      },
    };
  }

  /** Makes the row of a case that an uncaught error has ended. */
  crashed(error: unknown): Row {
    if (this.#idleFromMs === undefined) {
      return this.#failed(error);
    }
    const atMs = rounded(performance.now() - this.#idleFromMs);
    return this.#row({ idleMs: atMs, crash: { atMs, error: describe(error) } });
  }

  #failed(error: unknown): Row {
    return this.#row({
      problem: `the request before the idle time failed: ${describe(error).message}`,
    });
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
    await limited(REQUEST_LIMIT_MS, ask);
    return { outcome: "ok", ms: rounded(performance.now() - began) };
  } catch (error) {
    return {
      outcome: "error",
      ms: rounded(performance.now() - began),
      error: describe(error),
    };
  }
}

async function limited<T>(limitMs: number, ask: () => Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const limit = sleep(limitMs, undefined, { signal: giveUp.signal }).then((): never => {
    throw new Error(`no answer within ${limitMs / 1000} s`);
  });
  limit.catch(() => undefined);
  try {
    return await Promise.race([ask(), limit]);
  } finally {
    giveUp.abort();
  }
}

/** Reads the version of an installed package. Some packages do not export their package.json. */
function versionOf(module: string): string {
  const manifests = (createRequire(import.meta.url).resolve.paths(module) ?? [])
    .map((folder) => join(folder, module, "package.json"))
    .filter((file) => existsSync(file));
  const [manifest = ""] = manifests;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
