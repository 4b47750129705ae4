import { renderMarkdown } from "../../../report/table.ts";

/** What was seen after one kill; times in seconds. */
export interface Seen {
  killed: string;
  /** What `lab status` said about it. */
  status: string;
  /** Until every part answered again, by supervision alone; undefined where that can't be. */
  answered?: number;
  /** Until a new pod and a new container worked. */
  worked: number;
  /** How long `lab up` took. */
  up: number;
}

const seen: Seen[] = [];

export function note(what: Seen): void {
  seen.push(what);
}

// The rows that were noted, as docs/lab.md shows them, when all specs have ended.
after(() => {
  const seconds = (value?: number): string => (value === undefined ? "-" : value.toFixed(1));
  const rows = seen.map(({ killed, status, answered, worked, up }) => [
    killed,
    status,
    seconds(answered),
    seconds(worked),
    seconds(up),
  ]);
  const header = ["killed", "status said", "answered", "worked", "up"];
  console.log(`\nSeconds after the kill:\n${renderMarkdown(header, rows)}`);
});

/** Seconds since `since`, a time from `performance.now()`. */
export function secondsSince(since: number): number {
  return (performance.now() - since) / 1_000;
}
