import assert from "node:assert/strict";
import type { RunRecord } from "../../../../model/record.ts";
import { idleTestsOf } from "../../../../report/page/reported.ts";
import { remedyEffect } from "../../../../report/page/sections/remedies.ts";
import { control, DEFAULT_OPEN, LAPSED, measurement, runRecord } from "../../../cli/records.ts";
import { openAt24h, reported } from "../reporting.ts";

const { effective } = runRecord();
const open = (changes: Partial<RunRecord>): RunRecord =>
  runRecord({
    samples: [measurement({ end: "open", heldMs: 14_000, proxy: null }), control()],
    ...changes,
  });

describe("the effect of a remedy", () => {
  for (const [title, record, effect] of [
    ["one that closes", runRecord(), "works: closed by the timeout that was set"],
    [
      "a longer timeout, as far as it was watched",
      openAt24h(),
      "in effect (24h), and open as long as it was watched",
    ],
    [
      "a filter by port that reaches no chain",
      open({
        remedy: "envoyFilterPort",
        effective: { ...effective, idleTimeoutMs: 3_600_000, source: "envoy-default" },
      }),
      "does nothing: the sidecar applies 1h (Envoy's default)",
    ],
    [
      "a timeout in effect that did not close",
      open({}),
      "in effect, but the connection was open after that",
    ],
    ["nothing that is set", DEFAULT_OPEN, "nothing is set: 1h (Envoy's default) applies"],
    ["what the mesh sets by itself", runRecord({ timeout: "asIs" }), "nothing is set: 10s applies"],
    ["a time-lapse without a filter", LAPSED, "nothing is set: 1h (Envoy's default) applies"],
    [
      "a keep-alive",
      runRecord({ remedy: "tcpKeepalive", path: "serviceEntry" }),
      "does not help: the idle timeout closed the connection",
    ],
    [
      "a way past the sidecar",
      open({
        remedy: "excludeOutboundPorts",
        effective: {
          ...{ idleTimeoutMs: 0, source: "bypassed", listener: "", filterChain: "", cluster: "" },
        },
      }),
      "avoids the timeout, and the sidecar with it",
    ],
    [
      "a connection that is dead",
      open({
        samples: [
          measurement({ end: "open", heldMs: 14_000, proxy: null, answer: "ETIMEDOUT" }),
          control(),
        ],
      }),
      "no answer: open but dead",
    ],
    [
      "a figure that is void",
      runRecord({ samples: [measurement({ voidReasons: ["x"] }), control()] }),
      "no answer: void",
    ],
  ] as [string, RunRecord, string][]) {
    it(`is told for ${title}`, () => {
      const [test] = idleTestsOf(reported({ stack: record }).stacks);
      assert.equal(remedyEffect(test!), effect);
    });
  }
});
