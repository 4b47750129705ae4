import { formatDuration } from "../../model/duration.ts";
import type { TcpKeepalive } from "../sidecar/clusterConfig.ts";
import { PLAIN } from "../command/output.ts";
import type { Style } from "../command/output.ts";
import { formatIdleTimeout } from "../../report/text.ts";
import type { EffectiveTimeout } from "../../model/record.ts";
import { endToEndMs } from "./diagnosis.ts";
import type { Carriage, Diagnosis, Hop, OtherWay, Way } from "./diagnosis.ts";
import { describeFinding } from "./findings/finding.ts";
import type { Finding } from "./findings/finding.ts";
import type { Source } from "./sources/settings.ts";
import { describeSource } from "./sources/settings.ts";

/** Writes a diagnosis for people. */
export function renderDiagnosis(diagnosis: Diagnosis, style = PLAIN): string {
  const { address, client, endpoint, findings, namespace, pod, unseen, versions, way } = diagnosis;
  const { workload } = diagnosis;
  const named = address === undefined || endpoint.includes(address);
  const rows = [
    ...(workload === undefined ? [] : [["workload", describeWorkload(workload)]]),
    ["endpoint", named ? endpoint : `${endpoint} (${address})`],
    ["client", client],
    ...rowsOf(way),
    ...(versions === undefined
      ? []
      : [["sidecar", `Istio ${versions.istioVersion}, Envoy ${versions.envoyVersion}`]]),
  ];
  return [
    style.table(["pod", `${namespace}/${pod}`], rows),
    ...section(style, "Findings (docs/findings.md explains each code):", findings.map(findingLine)),
    ...section(style, "Not looked at:", unseen),
  ].join("");
}

/** `deployment/web: asked the newest of 2 alike pods, of 3 in all`, or `its one pod`. */
function describeWorkload({ kind, name, alike, pods }: NonNullable<Diagnosis["workload"]>): string {
  const aim = `${kind.toLowerCase()}/${name}`;
  if (pods === 1) {
    return `${aim}: asked its one pod`;
  }
  const asked = alike === 1 ? "one pod, none is like it" : `the newest of ${alike} alike pods`;
  return `${aim}: asked ${asked}, of ${pods} in all`;
}

/** A list under a title; nothing where the list is empty. */
export function section({ line }: Style, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`\n${title}\n`, ...lines.map((each) => `- ${line(each)}\n`)];
}

function findingLine(finding: Finding): string {
  return `${finding.code} ${finding.severity}: ${describeFinding(finding)}`;
}

function rowsOf(way: Way): string[][] {
  switch (way.kind) {
    case "past":
      return [["idle timeout", `none: connections go past the sidecar, because ${way.reason}`]];
    case "other":
      return [["idle timeout", `unknown: ${way.reason}`]];
    case "sidecar":
      return [
        ...carriageRows(way.carriage),
        ...way.behind.map(hopRow),
        ...(way.behind.length === 0 ? [] : [["end to end", endToEnd(way.carriage, way.behind)]]),
        ...way.others.map(otherRow),
      ];
  }
}

function carriageRows(carriage: Carriage): string[][] {
  const { effective, maxDurationMs, keepalive, drainTimeMs } = carriage;
  return [
    ["listener", effective.listener],
    ["filter chain", effective.filterChain],
    ["cluster", effective.cluster],
    ["idle timeout", describeTimeout(carriage)],
    ...(maxDurationMs === undefined
      ? []
      : [
          [
            "max duration",
            `${formatDuration(maxDurationMs)}, then busy connections are closed too`,
          ],
        ]),
    ["keepalive", describeKeepalive(keepalive)],
    ...(drainTimeMs === undefined
      ? []
      : [
          [
            "drain time",
            `${formatDuration(drainTimeMs)} after a change of the filter chain its connections are closed, busy ones too`,
          ],
        ]),
  ];
}

function hopRow(hop: Hop): string[] {
  const { effective, kind, namespace, pod } = hop;
  const what =
    effective === undefined
      ? "unknown: it could not be asked, or carries them as something else than TCP"
      : describeTimeout({ effective, setBy: hop.setBy });
  return ["behind", `${kind} of pod ${namespace}/${pod}: ${what}`];
}

function endToEnd(carriage: Carriage, behind: readonly Hop[]): string {
  const ms = endToEndMs(carriage, behind);
  return ms === undefined ? "unknown" : `${formatIdleTimeout(ms)}: the smallest on the way counts`;
}

function otherRow({ connections, effective, setBy }: OtherWay): string[] {
  const what =
    effective === undefined
      ? "no idle timeout of TCP"
      : `${effective.cluster}, ${describeTimeout({ effective, setBy })}`;
  return ["but", `${connections}: ${what}`];
}

/** `10s, set by EnvoyFilter shop/idle-timeout`. */
export function describeTimeout(what: {
  effective: EffectiveTimeout;
  setBy: Source | undefined;
}): string {
  return `${formatIdleTimeout(what.effective.idleTimeoutMs)}, ${describeSetBy(what)}`;
}

/** `set by EnvoyFilter shop/idle-timeout`. */
export function describeSetBy({ effective, setBy }: Pick<Carriage, "effective" | "setBy">): string {
  if (setBy !== undefined) {
    return setBy.kind.endsWith("-default")
      ? describeSource(setBy)
      : `set by ${describeSource(setBy)}`;
  }
  return effective.source === "envoy-default"
    ? "Envoy's default"
    : "set by something that was not found";
}

function describeKeepalive(keepalive: TcpKeepalive | undefined): string {
  if (keepalive === undefined) {
    return "none towards the endpoint; the application's own ends at the sidecar";
  }
  const { keepalive_time, keepalive_interval, keepalive_probes } = keepalive;
  const parts = [
    keepalive_time === undefined ? "the node's own time" : `${keepalive_time}s`,
    ...(keepalive_interval === undefined ? [] : [`then every ${keepalive_interval}s`]),
    ...(keepalive_probes === undefined ? [] : [`at most ${keepalive_probes} probes`]),
  ];
  return `towards the endpoint after ${parts.join(", ")}; it does not stop the idle timeout`;
}

/** Makes the object that programs get of a diagnosis; its names are stable. */
export function diagnosisRecord(diagnosis: Diagnosis): object {
  const { findings, unseen, versions, way, ...what } = diagnosis;
  return {
    schemaVersion: 1,
    ...what,
    way: way.kind,
    ...(way.kind === "sidecar" ? carriageRecord(way) : { reason: way.reason }),
    ...versions,
    findings,
    unseen,
  };
}

function carriageRecord({ carriage, behind, others }: Extract<Way, { kind: "sidecar" }>): object {
  return {
    ...carriage.effective,
    setBy: carriage.setBy ?? null,
    maxDurationMs: carriage.maxDurationMs ?? null,
    keepalive: carriage.keepalive ?? null,
    drainTimeMs: carriage.drainTimeMs ?? null,
    endToEndMs: endToEndMs(carriage, behind) ?? null,
    behind: behind.map(({ effective, setBy, ...hop }) => ({
      ...{ ...hop, ...effective },
      setBy: setBy ?? null,
    })),
    others: others.map(({ connections, effective, setBy }) => ({
      ...{ connections, ...effective },
      setBy: setBy ?? null,
    })),
  };
}
