import { isIP } from "node:net";
import type { DriverRecord } from "../../../model/driverRecord.ts";
import { formatEndpoint, parseEndpoint } from "../../../model/endpoint.ts";
import { BLACK_HOLE, PASSTHROUGH, VIRTUAL_OUTBOUND } from "../../../model/istio/wellKnown.ts";
import type {
  EffectiveTimeout,
  Measurement,
  ProxyEvidence,
  RunRecord,
} from "../../../model/record.ts";
import { parseTimeout } from "../../../model/timeout.ts";
import { compareRun } from "../../comparison.ts";
import { timedOutInDebugLog } from "../../sampleEvidence.ts";
import type { Reported } from "../reported.ts";
import { makeNames, WITHHELD } from "./names.ts";
import type { NameKind, Names } from "./names.ts";

/** Names that Istio gives in every mesh, so that they tell nothing. */
const PUBLIC = ["", VIRTUAL_OUTBOUND, PASSTHROUGH, BLACK_HOLE, "virtualOutbound-catchall-tcp"];

/**
 * Replaces hosts, addresses and names in everything that a page is made of, each always by the same word. Ports, times and
 * figures stay. What servers, drivers and the debug log say in words of their own is withheld.
 */
export function redact({ stacks, unreadable }: Reported): Reported {
  const names = makeNames();
  // What the fields name comes first, so that every text is searched for all of it.
  for (const { record, stack } of stacks) {
    stackWord(stack, names);
    redactRecord(record, { ...names, text: () => WITHHELD });
  }
  return {
    stacks: stacks.map(({ driverProblem, drivers, record, stack }) => ({
      ...compareRun(stackWord(stack, names), redactRecord(record, names)),
      ...(drivers && { drivers: redactDrivers(drivers, names) }),
      ...(driverProblem !== undefined && { driverProblem: WITHHELD }),
    })),
    unreadable: unreadable.map(({ stack }) => ({
      stack: stackWord(stack, names),
      problem: WITHHELD,
    })),
    redacted: true,
  };
}

function redactRecord(record: RunRecord, names: Names): RunRecord {
  const { effective, endpoint, envoyVersion, istioVersion, nodes, notes, samples, targets } =
    record;
  return {
    ...record,
    endpoint: endpointWord(endpoint, names),
    effective: redactEffective(effective, names),
    targets: targets.map((target) => ({
      ...target,
      endpoint: endpointWord(target.endpoint, names),
      effective: redactEffective(target.effective, names),
    })),
    istioVersion: plainVersion(istioVersion),
    envoyVersion: plainVersion(envoyVersion),
    ...(nodes && {
      nodes: {
        withSidecar: names.of("node", nodes.withSidecar),
        withoutSidecar: names.of("node", nodes.withoutSidecar),
      },
    }),
    samples: samples.map((sample) => redactSample(sample, names)),
    notes: notes.map(names.text),
  };
}

function redactSample(sample: Measurement, names: Names): Measurement {
  const {
    answer,
    debugLog,
    error,
    greeting,
    idleTimeouts,
    notes,
    proxy,
    unreachableAfter,
    voidReasons,
  } = sample;
  return {
    ...sample,
    pod: names.of("pod", sample.pod),
    host: hostWord(sample.host, names),
    localAddress: names.of("address", sample.localAddress),
    remoteAddress: names.of("address", sample.remoteAddress),
    proxy: proxy && redactProxy(proxy, names),
    ...(answer !== undefined && { answer: answer === "ok" ? answer : errnoOf(answer) }),
    ...(error !== undefined && { error: errnoOf(error) }),
    ...(greeting !== undefined && { greeting: WITHHELD }),
    ...(idleTimeouts && {
      idleTimeouts: { ...idleTimeouts, name: redactCounter(idleTimeouts.name, names) },
    }),
    ...(unreachableAfter !== undefined && { unreachableAfter: errnoOf(unreachableAfter) }),
    ...(debugLog && { debugLog: timedOutInDebugLog(sample) ? ["Session timed out"] : [] }),
    ...(voidReasons && { voidReasons: voidReasons.map(names.text) }),
    notes: notes.map((note) => (note === greeting ? WITHHELD : names.text(note))),
  };
}

function redactEffective(effective: EffectiveTimeout, names: Names): EffectiveTimeout {
  const { awaitFirstBytes, cluster, filterChain, listener } = effective;
  return {
    ...effective,
    listener: unlessPublic("listener", listener, names),
    filterChain: unlessPublic("name", filterChain, names),
    cluster: unlessPublic("cluster", cluster, names),
    ...(awaitFirstBytes && {
      awaitFirstBytes: awaitFirstBytes.map((filter) =>
        filter.startsWith("envoy.filters.") ? filter : names.of("filter", filter),
      ),
    }),
  };
}

function redactProxy(proxy: ProxyEvidence, names: Names): ProxyEvidence {
  const { closeReason, responseFlags, upstreamClose, upstreamCluster, upstreamLocal } = proxy;
  return {
    ...proxy,
    responseFlags: /^[A-Z,-]+$/.test(responseFlags) ? responseFlags : WITHHELD,
    ...(typeof closeReason === "string" && { closeReason: wordOf(closeReason) }),
    ...(typeof upstreamClose === "string" && { upstreamClose: wordOf(upstreamClose) }),
    ...(typeof upstreamLocal === "string" && { upstreamLocal: endpointWord(upstreamLocal, names) }),
    upstreamCluster: unlessPublic("cluster", upstreamCluster, names),
  };
}

/** Leaves a constant of Envoy as it is, which is one word. */
function wordOf(text: string): string {
  return /^\w+$/.test(text) ? text : WITHHELD;
}

/** `tcp.cluster-1.idle_timeout`. */
function redactCounter(name: string, names: Names): string {
  const [, prefix] = /^tcp\.(.*)\.idle_timeout$/s.exec(name) ?? [];
  return prefix === undefined
    ? WITHHELD
    : `tcp.${unlessPublic("cluster", prefix, names)}.idle_timeout`;
}

/** The errno name that a text begins with. */
function errnoOf(text: string): string {
  const [, errno] = /^([A-Z][A-Z0-9_]+)(?![\w.-])/.exec(text) ?? [];
  return errno ?? WITHHELD;
}

function unlessPublic(kind: NameKind, name: string, names: Names): string {
  return PUBLIC.includes(name) ? name : names.of(kind, name);
}

/** A stack that is called after its timeout, such as `10s`, has no other name. */
function stackWord(stack: string, names: Names): string {
  try {
    parseTimeout(stack);
    return stack;
  } catch {
    return names.of("stack", stack);
  }
}

function hostWord(host: string, names: Names): string {
  return names.of(isIP(host) === 0 ? "host" : "address", host);
}

/** `host-1:6379`. */
function endpointWord(text: string, names: Names): string {
  try {
    const { host, port } = parseEndpoint(text);
    return formatEndpoint({ host: hostWord(host, names), port });
  } catch {
    return WITHHELD;
  }
}

/** Leaves of a version what its project gives, and no vendor's addition. */
function plainVersion(version: string): string {
  const [plain] = /^v?\d+(\.\d+)*(-(dev|(alpha|beta|rc)\.?\d*))?/.exec(version) ?? [];
  return plain ?? WITHHELD;
}

function redactDrivers(record: DriverRecord, names: Names): DriverRecord {
  return {
    ...record,
    rows: record.rows.map((row) => ({
      ...row,
      settings: row.settings.map(names.text),
      said: row.said.map(() => WITHHELD),
      ...(row.problem !== undefined && { problem: WITHHELD }),
      ...(row.first && { first: redactRequest(row.first, names) }),
      ...(row.second && { second: redactRequest(row.second, names) }),
      ...(row.crash && { crash: { ...row.crash, error: redactError(row.crash.error, names) } }),
    })),
  };
}

type DriverRow = DriverRecord["rows"][number];
type Request = NonNullable<DriverRow["first"]>;
type DriverError = NonNullable<Request["error"]>;

function redactRequest(request: Request, names: Names): Request {
  return request.error === undefined
    ? request
    : { ...request, error: redactError(request.error, names) };
}

/** Its name and code are the driver's constants, its message is not. */
function redactError(error: DriverError, names: Names): DriverError {
  return { ...error, message: names.text(error.message) };
}
