import { formatDuration } from "../../../model/duration.ts";
import { shellWord } from "../../safeText.ts";
import { paragraph } from "../document.ts";
import type { Section } from "../document.ts";
import type { ReportedStack } from "../reported.ts";

/** Says with which commands the measurements are repeated. */
export function repeatSection(stacks: readonly ReportedStack[]): Section {
  const names = stacks.map(({ stack }) => shellWord(stack)).join(" ");
  return {
    id: "repeat",
    title: "How to repeat it",
    blocks: [
      paragraph(
        "In a checkout of istio-idle-timeout, with the stack files that say where things run and what the endpoints are:",
      ),
      {
        kind: "code",
        label: "Commands that repeat the measurements",
        text: [
          ...stacks.flatMap(commandsOf),
          `npm run --silent report -- ${names} -o html > report.html`,
        ].join("\n"),
      },
    ],
  };
}

function commandsOf({ stack, record, tests }: ReportedStack): string[] {
  const most = (values: readonly number[]): number => Math.max(1, ...values);
  const settings: [string, string | undefined][] = [
    ["run", nextRun(record.run)],
    ["timeout", record.timeout],
    ["path", record.path],
    ["remedy", record.remedy],
    ["observe", formatDuration(record.observeMs)],
    ["timelapse", record.timelapse && String(record.timelapse.factor)],
    ["modes", [...new Set(tests.map(({ mode }) => mode))].join(",")],
    ["connections", String(most(record.samples.map(({ connection }) => connection)))],
    ["repetitions", String(record.repetitions ?? 1)],
  ];
  return [
    `pulumi stack select ${shellWord(stack)}`,
    ...settings.flatMap(([key, value]) =>
      value === undefined || value === DEFAULTS[key] ? [] : [`pulumi config set ${key} ${value}`],
    ),
    "pulumi up",
  ];
}

/** Another number than that of a run `1-3f2a`: with the same one nothing is measured again. */
function nextRun(run: string): string | undefined {
  const [, number] = /^(\d+)-/.exec(run) ?? [];
  return number === undefined ? undefined : String(Number(number) + 1);
}

/** Values that need no word. */
const DEFAULTS: Readonly<Record<string, string>> = {
  modes: "silent",
  connections: "1",
  repetitions: "1",
};
