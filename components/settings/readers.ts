import { parseHost } from "../../model/endpoint.ts";
import { parseCount, parseModes } from "../../model/modes.ts";
import { parsePath, parseRemedy } from "../../model/remedy.ts";
import { parseEndpoints, parseMiddleware } from "../../model/target.ts";
import { parseTimelapse } from "../../model/timelapse.ts";
import { parseTimeout } from "../../model/timeout.ts";
import { CREDENTIAL_KEYS } from "./credentials.ts";
import type { CredentialKey } from "./credentials.ts";
import { parseDrivers } from "./drivers.ts";
import { parseImage, parsePlatform, parseRegistry } from "./imageNames.ts";
import { CONFIG_KEYS } from "./keys.ts";
import type { Key } from "./keys.ts";
import { parseObserve, parseWait } from "./observe.ts";

type TextReader = (text: string) => string | undefined;

const asItIs = optional((text) => text);

/** Parsers of all keys; each throws an Error with one line for the user. */
const READERS = {
  timeout: (text: string) => ({ timeout: parseTimeout(text), text }),
  observe: optional(parseObserve),
  wait: parseWait,
  run: parseRun,
  timelapse: parseTimelapse,
  path: parsePath,
  remedy: parseRemedy,
  evidence: parseEvidence,
  middleware: optional(parseMiddleware),
  endpoint: optional(parseEndpoints),
  modes: parseModes,
  connections: parseCount,
  repetitions: parseCount,
  drivers: parseDrivers,
  externalHost: optional(parseHost),
  kubeContext: asItIs,
  revision: optional(parseRevision),
  registry: parseRegistry,
  platform: optional(parsePlatform),
  baseImage: parseImage,
  compilerImage: parseImage,
  goImage: parseImage,
  nodeBuildImage: parseImage,
  redisImage: parseImage,
  memcachedImage: parseImage,
  mysqlImage: parseImage,
  mongodbImage: parseImage,
  ...(Object.fromEntries(CREDENTIAL_KEYS.map((key) => [key, asItIs])) as Record<
    CredentialKey,
    TextReader
  >),
} satisfies Record<Key, (text: string) => unknown>;

/** Values of all keys as their parsers return them. */
export type Values = { [K in Key]: ReturnType<(typeof READERS)[K]> };

/**
 * Reads each key by itself. A key without a value has its default.
 *
 * @param raw the values by key, without namespace.
 * @returns the values that could be read, and one line for every key that could not or that does not exist.
 */
export function readValues(raw: Readonly<Record<string, string>>): {
  values: Partial<Values>;
  problems: string[];
} {
  const keys = Object.keys(CONFIG_KEYS) as Key[];
  const problems = Object.keys(raw)
    .filter((key) => !(key in CONFIG_KEYS))
    .sort()
    .map((key) => `${key}: no such key; allowed are ${[...keys].sort().join(", ")}`);
  const values: Partial<Record<Key, unknown>> = {};
  for (const key of keys) {
    try {
      values[key] = READERS[key](raw[key] ?? CONFIG_KEYS[key].default);
    } catch (error) {
      problems.push(`${key}: ${(error as Error).message}`);
    }
  }
  return { values: values as Partial<Values>, problems };
}

/** Takes an empty value for none: Pulumi.yaml can declare an optional key only by an empty default. */
function optional<T>(parse: (text: string) => T): (text: string) => T | undefined {
  return (text) => (text === "" ? undefined : parse(text));
}

/** Checks a revision of Istio, which is the value of a label. */
function parseRevision(text: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) {
    throw new Error(
      `${JSON.stringify(text)} is not a revision of Istio; use the value of its label istio.io/rev, such as ` +
        "1-30-2, or a revision tag",
    );
  }
  return text;
}

function parseRun(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new Error(`${JSON.stringify(text)} is not a whole number from 0 to 999999999`);
  }
  return Number(text);
}

const EVIDENCE = ["true", "false", "debug"] as const;

function parseEvidence(text: string): (typeof EVIDENCE)[number] {
  const found = EVIDENCE.find((each) => each === text);
  if (found === undefined) {
    throw new Error(`${JSON.stringify(text)} is none of ${EVIDENCE.join(", ")}`);
  }
  return found;
}
