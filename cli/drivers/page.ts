import { formatDuration } from "../../components/duration.ts";
import { renderMarkdown } from "../table.ts";
import { ADVICE } from "./advice.ts";
import type { DriverRecord, DriverRow } from "./record.ts";
import { effectText, firstText, requestText } from "./summary.ts";

/**
 * The part of docs/drivers.md that a record makes: what was measured, and for each driver what follows from
 * it.
 *
 * @throws Error when a driver has no advice.
 */
export function driverPage(record: DriverRecord): string {
  const subjects = record.rows.filter(({ probe }) => probe === "withSidecar");
  const drivers = [...new Set(subjects.map(({ driver }) => driver))];
  return [
    "## What was measured\n",
    `Each driver made one request, was left alone for ${formatDuration(record.idleMs)}, and made two more. The sidecar's ` +
      `idle timeout was ${formatDuration(record.idleTimeoutMs)}.\n`,
    measuredTable(record, subjects),
    "## Driver by driver\n",
    ...drivers.map((driver) =>
      section(
        driver,
        subjects.filter((row) => row.driver === driver),
      ),
    ),
  ].join("\n");
}

function measuredTable({ rows }: DriverRecord, subjects: readonly DriverRow[]): string {
  const header = [
    "driver",
    "case",
    "effect",
    "first request",
    "second",
    "connections opened",
    "how the sidecar saw its end",
    "without a sidecar",
  ];
  return renderMarkdown(
    header,
    subjects.map((row) => [
      row.driver,
      row.case,
      effectText(row),
      firstText(row),
      row.second === undefined ? "-" : requestText(row.second),
      String(row.connections.length),
      closedBySidecar(row),
      controlText(rows, row),
    ]),
  );
}

function controlText(rows: readonly DriverRow[], subject: DriverRow): string {
  const control = rows.find(
    (row) =>
      row.probe === "withoutSidecar" && row.driver === subject.driver && row.case === subject.case,
  );
  return control === undefined ? "-" : effectText(control);
}

/** What the sidecar says of the connection that the driver had before the idle time, logging in included. */
function closedBySidecar({ connections: [first] }: DriverRow): string {
  if (first?.proxy === undefined) {
    return "-";
  }
  const { closeReason = "for a reason that its version does not log", durationMs } = first.proxy;
  const why = closeReason ?? "closed by the application";
  return `${why}, ${(durationMs / 1000).toFixed(1)} s after its beginning`;
}

function section(driver: string, rows: readonly DriverRow[]): string {
  const advice = ADVICE[driver];
  if (advice === undefined) {
    throw new Error(`${driver} has no advice in cli/drivers/advice.ts`);
  }
  const versions = [...new Set(rows.map(({ version }) => version))].join(", ");
  const lines = rows.map((row) => {
    const how = row.settings.map((setting) => `\`${setting}\``).join(", ");
    const said = row.said.length === 0 ? "" : `; it said ${row.said.map(quoted).join(", ")}`;
    return `- ${row.case}${how === "" ? "" : ` (${how})`}: ${effectText(row)}${said}\n`;
  });
  return `### ${driver}\n\n${versions}\n\n${advice}\n\n${lines.join("")}`;
}

function quoted(text: string): string {
  return `\`${text}\``;
}
