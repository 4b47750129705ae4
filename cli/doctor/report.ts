import { formatDuration } from "../../model/duration.ts";
import type { TcpKeepalive } from "../sidecar/clusterConfig.ts";
import { PLAIN } from "../command/output.ts";
import type { Style } from "../command/output.ts";
import { formatIdleTimeout } from "../../report/text.ts";
import type { Carriage, Diagnosis, Way } from "./diagnosis.ts";
import { describeFinding } from "./finding.ts";
import { describeSource } from "./sources/settings.ts";

/** Writes a diagnosis for people. */
export function renderDiagnosis(diagnosis: Diagnosis, style = PLAIN): string {
  const { address, endpoint, findings, namespace, pod, unseen, versions, way } = diagnosis;
  const rows = [
    [
      "endpoint",
      address === undefined || endpoint.includes(address) ? endpoint : `${endpoint} (${address})`,
    ],
    ...rowsOf(way),
    ...(versions === undefined
      ? []
      : [["sidecar", `Istio ${versions.istioVersion}, Envoy ${versions.envoyVersion}`]]),
  ];
  return [
    style.table(["pod", `${namespace}/${pod}`], rows),
    ...section(
      style,
      "What can't work, or works otherwise than it looks:",
      findings.map(describeFinding),
    ),
    ...section(style, "Not looked at:", unseen),
  ].join("");
}

function section({ line }: Style, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`\n${title}\n`, ...lines.map((each) => `- ${line(each)}\n`)];
}

function rowsOf(way: Way): string[][] {
  switch (way.kind) {
    case "past":
      return [["idle timeout", `none: connections go past the sidecar, because ${way.reason}`]];
    case "other":
      return [["idle timeout", `unknown: ${way.reason}`]];
    case "sidecar":
      return carriageRows(way.carriage);
  }
}

function carriageRows(carriage: Carriage): string[][] {
  const { effective, maxDurationMs, keepalive, drainTimeMs } = carriage;
  return [
    ["listener", effective.listener],
    ["filter chain", effective.filterChain],
    ["cluster", effective.cluster],
    ["idle timeout", `${formatIdleTimeout(effective.idleTimeoutMs)}, ${describeSetBy(carriage)}`],
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
  const carriage = way.kind === "sidecar" ? way.carriage : undefined;
  return {
    schemaVersion: 1,
    ...what,
    way: way.kind,
    ...(way.kind !== "sidecar" && { reason: way.reason }),
    ...(carriage !== undefined && {
      ...carriage.effective,
      setBy: carriage.setBy ?? null,
      maxDurationMs: carriage.maxDurationMs ?? null,
      keepalive: carriage.keepalive ?? null,
      drainTimeMs: carriage.drainTimeMs ?? null,
    }),
    ...versions,
    findings,
    unseen,
  };
}
