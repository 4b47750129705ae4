import { PLAIN } from "../../command/output.ts";
import { formatIdleTimeout } from "../../../report/text.ts";
import { endToEndMs } from "../diagnosis.ts";
import type { Diagnosis, Hop } from "../diagnosis.ts";
import { describeFinding } from "../findings/finding.ts";
import { describeSetBy, diagnosisRecord, section } from "../report.ts";
import type { Owner } from "./podGroups.ts";
import type { Row } from "./row.ts";
import type { Scan } from "./scan.ts";

/** How many owners are named in one line at most. */
const MOST_NAMED = 5;

/** Writes a scan for people: a row for each workload and endpoint, and each finding once. */
export function renderScan({ rows, unseen, withoutSidecar }: Scan, style = PLAIN): string {
  const hops = rows.some(({ answer }) => hopsOf(answer).length > 0);
  const title = [
    ...["workload", "pods", "endpoint", "idle timeout", "why"],
    ...(hops ? ["behind", "end to end"] : []),
    "findings",
  ];
  const findings = rows.flatMap(({ owner, answer }) =>
    ("unknown" in answer ? [] : answer.findings).map((finding) => ({
      line: `${finding.code} ${finding.severity}: ${describeFinding(finding)}`,
      owner,
    })),
  );
  const lines = [...new Set(findings.map(({ line }) => line))].sort();
  const ownersOf = (line: string): Owner[] =>
    findings.filter((each) => each.line === line).map(({ owner }) => owner);
  return [
    rows.length === 0
      ? style.paragraphs(["no pod has a sidecar"])
      : style.table(
          title,
          rows.map((row) => cellsOf(row, hops)),
        ),
    ...section(
      style,
      "Findings (docs/findings.md explains each code):",
      lines.map((line) => `${line} (${namesOf(ownersOf(line))})`),
    ),
    ...section(
      style,
      "Without a sidecar, so that no idle timeout of the mesh applies:",
      withoutSidecar.length === 0 ? [] : [namesOf(withoutSidecar)],
    ),
    ...section(style, "Not looked at:", unseen),
  ].join("");
}

/** `deployment shop/web`. */
function describeOwner({ kind, namespace, name }: Owner): string {
  return `${kind.toLowerCase()} ${namespace}/${name}`;
}

function namesOf(owners: readonly Owner[]): string {
  const names = [...new Set(owners.map(describeOwner))];
  const more = names.length - MOST_NAMED;
  return [...names.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function cellsOf({ owner, pods, endpoint, answer }: Row, hops: boolean): string[] {
  const [timeout, why] = timeoutAndWhy(answer);
  const behind = hopsOf(answer);
  return [
    ...[describeOwner(owner), String(pods), endpoint, timeout, why],
    ...(hops ? [behind.map(hopText).join(", "), endToEnd(answer)] : []),
    "unknown" in answer ? "" : [...new Set(answer.findings.map(({ code }) => code))].join(" "),
  ];
}

function timeoutAndWhy(answer: Row["answer"]): [string, string] {
  if ("unknown" in answer) {
    return ["unknown", answer.unknown];
  }
  const { way } = answer;
  switch (way.kind) {
    case "past":
      return ["none: past the sidecar", way.reason];
    case "other":
      return ["unknown", way.reason];
    case "sidecar":
      return [formatIdleTimeout(way.carriage.effective.idleTimeoutMs), describeSetBy(way.carriage)];
  }
}

function hopsOf(answer: Row["answer"]): readonly Hop[] {
  return "unknown" in answer || answer.way.kind !== "sidecar" ? [] : answer.way.behind;
}

/** `1h by the sidecar of cache/redis-0`. */
function hopText({ effective, kind, namespace, pod }: Hop): string {
  const timeout = effective === undefined ? "unknown" : formatIdleTimeout(effective.idleTimeoutMs);
  return `${timeout} by the ${kind} of ${namespace}/${pod}`;
}

function endToEnd(answer: Row["answer"]): string {
  if ("unknown" in answer || answer.way.kind !== "sidecar") {
    return "";
  }
  const ms = endToEndMs(answer.way.carriage, answer.way.behind);
  return ms === undefined ? "unknown" : formatIdleTimeout(ms);
}

/** Makes the object that programs get of a scan; its names are stable. */
export function scanRecord({ rows, unseen, withoutSidecar }: Scan): object {
  return {
    schemaVersion: 1,
    rows: rows.map(({ owner: { namespace, ...workload }, pods, asked, endpoint, answer }) => ({
      ...{ namespace, workload, pods, asked, endpoint },
      ...("unknown" in answer ? { way: "unasked", reason: answer.unknown } : answerRecord(answer)),
    })),
    withoutSidecar,
    unseen,
  };
}

/** What does not stand in the row or beside it already. */
function answerRecord(answer: Diagnosis): object {
  const said = ["schemaVersion", "namespace", "pod", "workload", "endpoint", "unseen"];
  const entries = Object.entries(diagnosisRecord(answer));
  return Object.fromEntries(entries.filter(([key]) => !said.includes(key)));
}
