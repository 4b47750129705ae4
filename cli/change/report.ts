import { DRAIN_CLOSE_REASONS, IDLE_CLOSE_REASON } from "../../report/closeReasons.ts";
import { PLAIN } from "../command/output.ts";
import { describeIdleTimeout, seconds, shortEnd } from "../../report/text.ts";
import type { ChangeConnection, ChangeRecord, ChangeStep } from "./record.ts";

/** An idle timeout counts as the cause within this much, in ms. */
const AGREEMENT_MS = 1000;

const HEADER = ["change", "workload", "traffic", "opened", "held", "after the change", "reason"];

/** Tells people when and why each connection ended, and what that says. */
export function describeChanges(record: ChangeRecord, { table, paragraphs } = PLAIN): string {
  const rows = record.steps.flatMap((step) =>
    step.connections.map((connection, place) => [
      place === 0 ? titleOf(step) : "",
      connection.workload,
      connection.traffic,
      `${connection.opened} it`,
      shortEnd(connection),
      connection.sinceChangeMs === null ? "-" : seconds(connection.sinceChangeMs),
      connection.proxy?.closeReason ?? "-",
    ]),
  );
  const notes = record.steps.flatMap(({ change, notes }) =>
    notes.map((note) => `note on ${change}: ${note}`),
  );
  return `${table(HEADER, rows)}\n${paragraphs([...conclude(record), ...notes])}`;
}

/** `apply: 1h (Envoy's default) -> 20s`. */
function titleOf({ change, before, after }: ChangeStep): string {
  return `${change}: ${describeIdleTimeout(before)} -> ${describeIdleTimeout(after)}`;
}

/** Answers in counts what became of the connections. */
export function conclude({ steps, drainMs }: ChangeRecord): string[] {
  const live = (workload: ChangeConnection["workload"]) =>
    steps.flatMap((step) =>
      step.connections
        .filter((connection) => connection.workload === workload && connection.opened === "before")
        .map((connection) => ({ ...connection, step })),
    );
  const changed = live("changed");
  const untouched = live("untouched");
  const idleAfter = (connection: ChangeConnection, idleTimeoutMs: number): boolean =>
    connection.proxy?.closeReason === IDLE_CLOSE_REASON &&
    Math.abs(connection.heldMs - idleTimeoutMs) <= AGREEMENT_MS;
  const cut = changed.filter(({ proxy }) => DRAIN_CLOSE_REASONS.includes(proxy?.closeReason ?? ""));
  const own = changed.filter((each) => idleAfter(each, each.step.before.idleTimeoutMs));
  const adopted = changed.filter((each) => idleAfter(each, each.step.after.idleTimeoutMs));
  const ended = untouched.filter(({ end }) => end !== "open");
  return [
    `Of ${changed.length} connections that were open on the changed workload:`,
    `  ${adopted.length} took the new timeout,`,
    `  ${cut.length} were cut when the drain of ${seconds(drainMs, 0)} was over${range(cut)},`,
    `  ${own.length} were closed before that by the timeout they were opened under,`,
    `  ${changed.length - adopted.length - cut.length - own.length} had another end.`,
    `Of ${untouched.length} on the untouched workload ${ended.length} were closed.`,
  ];
}

/** `, 44.995 s to 44.998 s after the change`. */
function range(cut: readonly ChangeConnection[]): string {
  const times = cut.flatMap(({ sinceChangeMs }) => (sinceChangeMs === null ? [] : [sinceChangeMs]));
  return times.length === 0
    ? ""
    : `, ${seconds(Math.min(...times))} to ${seconds(Math.max(...times))} after the change`;
}
