import type { Journal } from "../../cli/measure/journal.ts";
import { runRecord } from "./records.ts";

/** A journal as `begin` writes it. */
export function aJournal(changes: Partial<Journal> = {}): Journal {
  return {
    schemaVersion: 1,
    run: "1-a",
    observeMs: 14_000,
    pods: {
      withSidecar: { kind: "withSidecar", name: "with-0", uid: "uid-with-0", proxyRestarts: 0 },
      withoutSidecar: {
        ...{ kind: "withoutSidecar", name: "without-0", uid: "uid-without-0", proxyRestarts: 0 },
      },
    },
    targets: [
      {
        middleware: "tcp",
        endpoint: { host: "10.0.0.5", port: 6379 },
        destination: { address: "10.0.0.5", port: 6379 },
        addresses: { withSidecar: "10.0.0.5", withoutSidecar: "10.0.0.5" },
        path: { effective: runRecord().effective, evidence: true, chain: "0123456789" },
      },
    ],
    versions: { istioVersion: "1.31-dev", envoyVersion: "1.40.0" },
    ...changes,
  };
}
