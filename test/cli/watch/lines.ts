import { readFileSync } from "node:fs";

/** Envoys whose logger `filter` was recorded on the lab, one kind of end after the other. */
export const RECORDED = ["1.36.4", "1.40.0"] as const;
export type Recorded = (typeof RECORDED)[number];

/** Returns what a sidecar wrote of each connection, by the title of its end. */
export function recorded(envoy: Recorded): Record<string, string[]> {
  const text = readFileSync(`test/cli/fixtures/watch-envoy-${envoy}.log`, "utf8");
  return Object.fromEntries(
    text
      .split("=== ")
      .slice(1)
      .map((part) => part.trimEnd().split("\n"))
      .map(([title = "", ...lines]) => [title, lines]),
  );
}

/** Stamps a line as `kubectl logs --timestamps` does, by the line's own time. */
export function stamped(line: string): string {
  const [time = ""] = /\d{4}-[^Z"]+Z/.exec(line) ?? [];
  return `${time.replace("Z", "123Z")} ${line}`;
}
