import type { RunRecord } from "../../../model/record.ts";
import { formatDuration } from "../../../model/duration.ts";
import { legendOf } from "../../comparison.ts";
import { list } from "../document.ts";
import type { Section } from "../document.ts";
import type { ReportedStack } from "../reported.ts";

/** Most remarks of one kind on a stack: of a thousand connections there may be hundreds. */
const MOST_REMARKS = 5;

/** Says what these measurements can't tell. */
export function limitsSection(stacks: readonly ReportedStack[]): Section {
  return {
    id: "limits",
    title: "Limits",
    blocks: [
      list([
        ...legendOf(stacks),
        "Each stack measured from one pod with a sidecar and one without; other nodes, workloads and endpoints may differ.",
        "Stacks are compared with each other although each may have had an endpoint of its own.",
        ...stacks.flatMap(({ stack, record }) => [
          `${stack}: ${watched(record)}`,
          ...remarksOf(record).map((remark) => `${stack}: ${remark}`),
        ]),
      ]),
    ],
  };
}

/** `2 connections, watched for 14s, Istio 1.31-dev, Envoy 1.40.0, run 1-a`. */
function watched(record: RunRecord): string {
  const { envoyVersion, istioVersion, observeMs, run, runningUntil, samples } = record;
  const running = runningUntil === undefined ? "" : `, running until ${runningUntil} at the latest`;
  return (
    `${samples.length} connections, watched for ${formatDuration(observeMs)}, Istio ${istioVersion}, ` +
    `Envoy ${envoyVersion}, run ${run}${running}`
  );
}

function remarksOf({ notes, samples }: RunRecord): string[] {
  const voids = new Set(samples.flatMap(({ voidReasons = [] }) => voidReasons));
  const own = new Set(samples.flatMap((sample) => sample.notes));
  return [
    ...cut([...notes].map((note) => `note: ${note}`)),
    ...cut([...voids].map((reason) => `void: ${reason}`)),
    ...cut([...own].map((note) => `note on a connection: ${note}`)),
  ];
}

function cut(remarks: readonly string[]): string[] {
  const more = remarks.length - MOST_REMARKS;
  return more <= 0
    ? [...remarks]
    : [...remarks.slice(0, MOST_REMARKS), `${more} more of the kind in the record`];
}
