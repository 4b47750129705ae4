import { driverProblems, driversFor, parseDrivers } from "./drivers.ts";
import type { DriverName } from "./drivers.ts";
import { formatDuration, parseDuration } from "../../model/duration.ts";
import type { AllCredentials } from "../../app/probe/credentials.ts";
import type { MiddlewareKind } from "../../app/probe/sample.ts";
import type { ServerKind } from "../../model/target.ts";
import { CREDENTIAL_KEYS, credentialProblems, credentialsOf } from "./credentials.ts";
import type { CredentialKey } from "./credentials.ts";
import { parseHost } from "../../model/endpoint.ts";
import { pairTargets, parseEndpoints, parseMiddleware } from "../../model/target.ts";
import type { Target } from "../../model/target.ts";
import { loadProblems, parseCount, parseModes } from "../../model/modes.ts";
import type { Load } from "../../model/modes.ts";
import { parseImage, parsePlatform, parseRegistry } from "./imageNames.ts";
import { parsePath, parseRemedy } from "../../model/remedy.ts";
import type { Path, Remedy } from "../../model/remedy.ts";
import { parseTimelapse, toWallMs } from "../../model/timelapse.ts";
import { expectedIdleTimeoutMs, parseTimeout } from "../../model/timeout.ts";
import type { Timeout } from "../../model/timeout.ts";
import { userErrors } from "../common/userError.ts";
import { variantProblems } from "./variantProblems.ts";
import type { PartialVariant } from "./variantProblems.ts";

/** One stack's configuration, checked. The keys are described in `Pulumi.yaml`. */
export interface Settings {
  timeout: Timeout;
  /** The `timeout` key as the user wrote it, for messages and the record. */
  timeoutText: string;
  /** How long connections are held and watched, in ms. */
  observeMs: number;
  /** How long `up` waits for that, in ms. */
  waitMs: number;
  /** Another number measures again. */
  run: number;
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: number;
  /** How connections to the endpoint go through the sidecar. */
  path: Path;
  /** How the timeout is set, or avoided. */
  remedy: Remedy;
  /** Whether the sidecar is asked for an access-log entry on each connection. */
  evidence: boolean;
  /** Whether what the sidecar's debug log says of each connection is kept, too. */
  debugLog: boolean;
  /** What the probes connect to. */
  outside: Outside;
  /** With what they log in at endpoints that exist already; to be kept secret. */
  credentials: AllCredentials;
  /** What they do there, and with how many connections. */
  load: Load;
  /** Real drivers that are measured too. */
  drivers: DriverName[];
  /** Context in the ambient kubeconfig; undefined is its current one. */
  kubeContext: string | undefined;
  /** Revision or tag of the Istio control plane; undefined is the mesh's default one. */
  revision: string | undefined;
  /** Where the probe's image is pushed to, and pulled from by the cluster: `host[:port][/path]`. */
  registry: string;
  baseImage: string;
  /** Image with a C compiler, for the faster clock. */
  compilerImage: string;
  /** Image with Go, for the drivers in Go. */
  goImage: string;
  /** Image with npm, for the drivers of Node.js. */
  nodeBuildImage: string;
  /** `os/arch` of the cluster's nodes; undefined is the machine that builds. */
  platform: string | undefined;
}

/** Endpoints that exist already, or servers that the stack runs itself. */
export type Outside =
  | { kind: "endpoints"; targets: Target[] }
  | { kind: "servers"; servers: OwnServer[]; externalHost: string };

/** A server that the stack runs itself. */
export interface OwnServer {
  kind: ServerKind;
  image: string;
}

/** Added to the timeout, so that a close that comes in time is inside the observation. */
const GRACE_MS = 4_000;
const MAX_DEFAULT_OBSERVE_MS = 120_000;
/** A time-lapse is there to see the end: that of 24 h at its greatest speed takes 4 minutes. */
const MAX_DEFAULT_LAPSED_OBSERVE_MS = 300_000;
const MIN_OBSERVE_MS = 1_000;
/** Connections of which a log of the usual size holds every line. */
const MOST_DEBUGGED = 10;
/** A week. The timers of Node.js, with which the probe observes, end at 24.8 days. */
const MAX_OBSERVE_MS = 168 * 3_600_000;

/** Every key of `Pulumi.yaml`, each with its reader. */
const readers = {
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
  ...credentialReaders(),
  modes: parseModes,
  connections: parseCount,
  repetitions: parseCount,
  externalHost: optional(parseHost),
  kubeContext: optional((text: string) => text),
  revision: optional(parseRevision),
  registry: parseRegistry,
  baseImage: parseImage,
  compilerImage: parseImage,
  redisImage: parseImage,
  memcachedImage: parseImage,
  mysqlImage: parseImage,
  mongodbImage: parseImage,
  drivers: parseDrivers,
  goImage: parseImage,
  nodeBuildImage: parseImage,
  platform: optional(parsePlatform),
};

type Key = keyof typeof readers;
type Values = { [K in Key]: ReturnType<(typeof readers)[K]> };

/**
 * Picks the project's own keys out of `pulumi.runtime.allConfig()` and takes the namespace off them.
 */
export function projectConfig(
  allConfig: Readonly<Record<string, string>>,
  project: string,
): Record<string, string> {
  const prefix = `${project}:`;
  return Object.fromEntries(
    Object.entries(allConfig)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

type TextReader = (text: string) => string | undefined;

function credentialReaders(): Record<CredentialKey, TextReader> {
  return Object.fromEntries(
    CREDENTIAL_KEYS.map((key) => [key, optional((text: string) => text)]),
  ) as Record<CredentialKey, TextReader>;
}

/**
 * Checks a stack's whole configuration. A key that is empty counts as not set: `Pulumi.yaml` can
 * declare an optional key only by an empty default.
 *
 * @param raw the values by key, without namespace, defaults of `Pulumi.yaml` filled in.
 * @throws pulumi.RunError that names everything that is wrong, one line each.
 */
export function parseSettings(raw: Readonly<Record<string, string>>): Settings {
  const problems = Object.keys(raw)
    .filter((key) => !(key in readers))
    .sort()
    .map((key) => `${key}: no such key; allowed are ${Object.keys(readers).sort().join(", ")}`);
  const values = Object.fromEntries(
    Object.entries(readers).flatMap(([key, read]) => {
      try {
        return [[key, read(raw[key] ?? "")]];
      } catch (error) {
        problems.push(`${key}: ${(error as Error).message}`);
        return [];
      }
    }),
  ) as Partial<Values>;
  if (!raw.endpoint && !raw.externalHost) {
    problems.push(
      "externalHost: not set; set it to the name or address under which pods reach the machine " +
        "that runs Docker, such as host.minikube.internal, or set endpoint to something that exists",
    );
  }
  if ((values.timelapse ?? 1) > 1 && raw.evidence === "false") {
    problems.push(
      "evidence: false can't be had in a time-lapse, whose figure needs the sidecar's own duration; " +
        "set evidence to true, or timelapse to 1",
    );
  }
  const outside = outsideOf(values, problems);
  if (values.evidence === "debug" && (values.connections ?? 1) > MOST_DEBUGGED) {
    problems.push(
      `evidence: debug is for at most ${MOST_DEBUGGED} connections, each of which fills the sidecar's log; set ` +
        "connections to less, or evidence to true",
    );
  }
  const kinds = outside && kindsOf(outside);
  problems.push(
    ...loadProblems(kinds, values),
    ...credentialProblems(values, outside?.kind === "endpoints" ? (kinds ?? []) : []),
    ...variantProblems(variantOf(values)),
    ...driversIn(values, kinds),
  );
  if (problems.length > 0 || outside === undefined) {
    throw userErrors("the stack's configuration can't be used", problems);
  }
  return compose(values, outside);
}

/** The kinds of middleware that are measured. */
export function kindsOf(outside: Outside): MiddlewareKind[] {
  return outside.kind === "endpoints"
    ? outside.targets.map(({ middleware }) => middleware)
    : outside.servers.map(({ kind }) => kind);
}

/** @returns undefined where it can't be told, with what is wrong among the problems. */
function outsideOf(values: Partial<Values>, problems: string[]): Outside | undefined {
  const { endpoint, externalHost = "", middleware } = values;
  if (!("endpoint" in values) || !("middleware" in values)) {
    return undefined;
  }
  try {
    if (endpoint !== undefined) {
      return { kind: "endpoints", targets: pairTargets(endpoint, middleware) };
    }
    const servers = (middleware ?? ["redis"]).map((kind): OwnServer => {
      if (kind === "tcp") {
        throw new Error(
          "tcp is for an endpoint that exists already; set endpoint, or another kind",
        );
      }
      return { kind, image: values[`${kind}Image`] ?? "" };
    });
    return { kind: "servers", servers, externalHost };
  } catch (error) {
    problems.push(`middleware: ${(error as Error).message}`);
    return undefined;
  }
}

/** What is wrong with the drivers, where all they depend on could be read. */
function driversIn(
  { drivers, timelapse, timeout }: Partial<Values>,
  kinds: MiddlewareKind[] | undefined,
): string[] {
  return drivers && timeout && timelapse && kinds
    ? driverProblems(drivers, { kinds, timeout: timeout.timeout, timelapse })
    : [];
}

/** Of the keys that could be read, those that have to go together. */
function variantOf(values: Partial<Values>): PartialVariant {
  const { endpoint, externalHost, path, remedy, timelapse, timeout } = values;
  return {
    ...{ path, remedy, timelapse, timeout: timeout?.timeout },
    targets: Math.max(endpoint?.length ?? 1, values.middleware?.length ?? 1),
    host: endpoint?.[0]
      ? { key: "endpoint", name: endpoint[0].host }
      : externalHost
        ? { key: "externalHost", name: externalHost }
        : undefined,
  };
}

/** @param read what all readers gave. */
function compose(read: Partial<Values>, outside: Outside): Settings {
  const values = read as Values;
  const { timeout, text: timeoutText } = values.timeout;
  return {
    timeout,
    timeoutText,
    observeMs: values.observe ?? defaultObserveMs(timeout, values.timelapse),
    waitMs: values.wait,
    run: values.run,
    timelapse: values.timelapse,
    path: values.path,
    remedy: values.remedy,
    evidence: values.evidence !== "false",
    debugLog: values.evidence === "debug",
    outside,
    credentials: credentialsOf(values),
    load: {
      modes: values.modes,
      connections: values.connections,
      repetitions: values.repetitions,
    },
    kubeContext: values.kubeContext,
    revision: values.revision,
    registry: values.registry,
    baseImage: values.baseImage,
    compilerImage: values.compilerImage,
    drivers: driversFor(values.drivers, kindsOf(outside)),
    goImage: values.goImage,
    nodeBuildImage: values.nodeBuildImage,
    platform: values.platform,
  };
}

/** What can't close in that time is watched as long all the same, and found open: a lower bound. */
function defaultObserveMs(timeout: Timeout, timelapse: number): number {
  const idleTimeoutMs = expectedIdleTimeoutMs(timeout);
  const longestMs = timelapse > 1 ? MAX_DEFAULT_LAPSED_OBSERVE_MS : MAX_DEFAULT_OBSERVE_MS;
  return idleTimeoutMs === 0
    ? MAX_DEFAULT_OBSERVE_MS
    : Math.min(Math.ceil(toWallMs(idleTimeoutMs, timelapse)) + GRACE_MS, longestMs);
}

function optional<T>(parse: (text: string) => T): (text: string) => T | undefined {
  return (text) => (text === "" ? undefined : parse(text));
}

function parseObserve(text: string): number {
  const ms = parseDuration(text);
  if (ms < MIN_OBSERVE_MS || ms > MAX_OBSERVE_MS) {
    const allowed = `${formatDuration(MIN_OBSERVE_MS)} to ${formatDuration(MAX_OBSERVE_MS)}`;
    throw new Error(`${JSON.stringify(text)} is outside ${allowed}`);
  }
  return ms;
}

/** A revision is the value of a label. */
function parseRevision(text: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) {
    throw new Error(
      `${JSON.stringify(text)} is not a revision of Istio; use the value of its label istio.io/rev, such as ` +
        "1-30-2, or a revision tag",
    );
  }
  return text;
}

function parseWait(text: string): number {
  const ms = parseDuration(text);
  if (ms > MAX_OBSERVE_MS) {
    throw new Error(`${JSON.stringify(text)} is longer than ${formatDuration(MAX_OBSERVE_MS)}`);
  }
  return ms;
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
