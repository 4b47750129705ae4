import assert from "node:assert/strict";
import type { RunRecord } from "../../../model/record.ts";
import { firstSample } from "../../../report/sampleGroups.ts";
import { server } from "./case.ts";
import type { Cases } from "./case.ts";

/** Matches no version, so that a sidecar that tells is taken for one that knows no close reasons. */
const ALL_SILENT = { telling: "^$", silent: "." };

/** Checks that the entry tells no reason, and what the sidecar counted. */
const counted =
  (closed: 0 | 1) =>
  (run: RunRecord): void => {
    const subject = firstSample(run, "withSidecar");
    const name = "tcp.PassthroughCluster.idle_timeout";
    assert.deepEqual(subject?.idleTimeouts, { name, before: 0, after: closed, due: closed });
    assert.ok(subject.proxy && !("closeReason" in subject.proxy));
  };

/** The idle timeout itself and a server that closes, where the log names no reason. */
export const COUNTED_CASES: Cases = {
  "the idle timeout of a sidecar that tells no reason": {
    ...{ outside: server(), timeout: "6s", observe: "9s", evidence: ALL_SILENT },
    told: {
      cause: "idleTimeout",
      sentence: /^According to the sidecar's counter, its idle timeout of 6s/,
      ends: { withSidecar: 6, withoutSidecar: null },
    },
    check: counted(1),
  },
  "a server that closes before a sidecar that tells no reason": {
    ...{ outside: server({ afterMs: 5_000, act: "end" }), timeout: "20s", observe: "9s" },
    evidence: ALL_SILENT,
    told: {
      cause: "serverClosed",
      sentence: /closed the connection, not the sidecar/,
      ends: { withSidecar: 5, withoutSidecar: 5 },
    },
    check: counted(0),
  },
};
