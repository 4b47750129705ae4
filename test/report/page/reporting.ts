import { compareRun } from "../../../report/comparison.ts";
import { htmlPage } from "../../../report/page/html.ts";
import { markdownPage } from "../../../report/page/markdown.ts";
import { reportPage } from "../../../report/page/page.ts";
import type { Reported } from "../../../report/page/reported.ts";
import type { PageDocument } from "../../../report/page/document.ts";
import type { RunRecord } from "../../../model/record.ts";
import { control, measurement, runRecord, SAMPLE } from "../../cli/records.ts";

/** Stacks by their names. */
export function reported(records: Readonly<Record<string, RunRecord>>): Reported {
  return {
    stacks: Object.entries(records).map(([stack, record]) => compareRun(stack, record)),
    unreadable: [],
    redacted: false,
  };
}

export function pageOf(records: Readonly<Record<string, RunRecord>>): PageDocument {
  return reportPage(reported(records));
}

export function htmlOf(records: Readonly<Record<string, RunRecord>>): string {
  return htmlPage(pageOf(records));
}

export function markdownOf(records: Readonly<Record<string, RunRecord>>): string {
  return markdownPage(pageOf(records));
}

/** A run of so many connections in each pod, which differ as real ones do; the same whenever it is made. */
export function manyConnections(count: number): RunRecord {
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const { connectedAt } = SAMPLE;
  const opened = (): string => new Date(Date.parse(connectedAt) + random(2000)).toISOString();
  const samples = Array.from({ length: count }, (_none, place) => {
    const connection = place + 1;
    const heldMs = 10_000 + random(30_000) / 1000;
    return [
      measurement({
        ...{ connection, localPort: 32_768 + random(28_000), connectedAt: opened(), heldMs },
        proxy: {
          ...measurement().proxy!,
          durationMs: Math.round(heldMs) + random(3) - 1,
          upstreamLocal: `10.244.0.28:${32_768 + random(28_000)}`,
        },
        idleTimeouts: {
          ...{ name: "tcp.PassthroughCluster.idle_timeout", before: 0 },
          ...{ after: count, due: count },
        },
        listenerUpdate: null,
      }),
      control({
        ...{ connection, localPort: 32_768 + random(28_000), connectedAt: opened() },
        heldMs: 14_000 + random(30_000) / 1000,
      }),
    ];
  }).flat();
  return runRecord({ samples });
}

/** A run with another timeout, still open after 16 s. */
export function openAt24h(changes: Partial<RunRecord> = {}): RunRecord {
  return runRecord({
    timeout: "24h",
    effective: { ...runRecord().effective, idleTimeoutMs: 86_400_000 },
    samples: [
      measurement({ end: "open", heldMs: 16_000.9, proxy: null }),
      control({ heldMs: 16_001 }),
    ],
    ...changes,
  });
}
