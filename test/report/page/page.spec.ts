import assert from "node:assert/strict";
import type { RunRecord } from "../../../model/record.ts";
import { control, DEFAULT_OPEN, LAPSED, measurement, runRecord } from "../../cli/records.ts";
import { htmlOf, manyConnections, markdownOf, openAt24h, pageOf, reported } from "./reporting.ts";
import { unpackRecord } from "../../../model/packedRecord.ts";
import { reportPage } from "../../../report/page/page.ts";

const RUNNING = runRecord({
  runningUntil: "2026-01-02T03:04:20.000Z",
  samples: [
    measurement({ end: "open", heldMs: 4000, running: true, proxy: null }),
    control({ heldMs: 4000, running: true }),
  ],
});

const LOST = runRecord({
  samples: [
    measurement({
      ...{ end: "open", heldMs: 3000, proxy: null },
      voidReasons: ["the probe does not know of the connection any more"],
    }),
    control(),
  ],
});

/** Open at the end, and nobody answered. */
const DEAD = runRecord({
  timeout: "24h",
  effective: { ...runRecord().effective, idleTimeoutMs: 86_400_000 },
  samples: [
    measurement({ end: "open", heldMs: 16_000, proxy: null, answer: "ETIMEDOUT" }),
    control({ heldMs: 16_000, answer: "ETIMEDOUT" }),
  ],
});

const DROPPED = runRecord({ samples: [measurement(), control({ end: "fin", heldMs: 9000 })] });

describe("the page", () => {
  it("has its sections in the order in which a reader asks", () => {
    assert.deepEqual(
      pageOf({ "10s": runRecord() }).sections.map(({ id }) => id),
      [
        ...["measured", "timeline", "why", "configured", "remedies", "drivers", "fixes", "limits"],
        ...["repeat", "record"],
      ],
    );
  });

  for (const [title, records, answer, lead] of [
    [
      "a close by the idle timeout",
      { "10s": runRecord() },
      "Yes, the sidecar's idle timeout closes connections here: after 10.002 s (FIN) with timeout 10s.",
      [
        "What helps: no stack of this report held idle connections longer than another one that lost them.",
        "10s: The sidecar closed the connection because nothing was sent for its idle timeout of 10s.",
      ],
    ],
    [
      "a close in a time-lapse, with its factor",
      { lapsed: LAPSED },
      "Yes, the sidecar's idle timeout closes connections here: after 3600.319 s at x360 (10.001 s of wall time, FIN) " +
        "with timeout default (lapsed).",
      [
        "What helps: no stack of this report held idle connections longer than another one that lost them.",
        "lapsed: The sidecar closed the connection because nothing was sent for its idle timeout of 1h (Envoy's default).",
      ],
    ],
    [
      "a lower bound, which is no answer for later",
      { default: DEFAULT_OPEN },
      "Not seen: every connection through the sidecar was open when its window ended, open >= 14 s with timeout default, " +
        "which says nothing about later.",
      [
        "What helps: no stack of this report held idle connections longer than another one that lost them.",
        "default: The connection was still open when the window ended, which says nothing about later.",
      ],
    ],
    [
      "a run that goes on",
      { now: RUNNING },
      "Not known yet: no connection was closed by the sidecar's idle timeout so far, and the measurement goes on.",
      [
        "What helps: no stack of this report held idle connections longer than another one that lost them.",
        "now: The connection was open when it was last asked for, and the measurement goes on.",
      ],
    ],
    [
      "a run that was lost",
      { lost: LOST },
      "Not shown: the measurements do not say that the sidecar's idle timeout closes connections here.",
      [
        "What helps: no stack of this report held idle connections longer than another one that lost them.",
        "lost: The figure is void: the probe does not know of the connection any more. Set run to another number to " +
          "measure again.",
      ],
    ],
    [
      "a control that was dropped as well",
      { dropped: DROPPED },
      "Not shown: the measurements do not say that the sidecar's idle timeout closes connections here.",
      [
        "What helps: no stack of this report held idle connections longer than another one that lost them.",
        "dropped: The connection of the pod without a sidecar ended too, so something other than the sidecar ends " +
          "connections to this endpoint.",
      ],
    ],
    [
      "a connection that is dead, which is none that was kept",
      { "10s": runRecord(), dead: DEAD },
      "Yes, the sidecar's idle timeout closes connections here: after 10.002 s (FIN) with timeout 10s.",
      [
        "What helps: no stack of this report held idle connections longer than another one that lost them.",
        "10s: The sidecar closed the connection because nothing was sent for its idle timeout of 10s.",
        "dead: The connection seemed to be open when the window ended, but nobody answered within 10 s: the endpoint " +
          "hangs, or it or something on the way to it gave the connection up without closing it. The pod without a " +
          "sidecar found the same, so the sidecar is not to blame.",
      ],
    ],
    [
      "a test of which one connection closed, although the first is open",
      {
        mixed: openAt24h({
          samples: [
            measurement({ end: "open", heldMs: 16_000, proxy: null }),
            measurement({ connection: 2, heldMs: 15_000, proxy: null }),
            control({ heldMs: 16_000 }),
            control({ connection: 2, heldMs: 16_000 }),
          ],
        }),
      },
      "Not shown: the measurements do not say that the sidecar's idle timeout closes connections here.",
      [
        "What helps: no stack of this report held idle connections longer than another one that lost them.",
        "mixed: The connection was still open when the window ended, which says nothing about later.",
      ],
    ],
    [
      "one that lost its connections, and one that kept them",
      { "10s": runRecord(), "24h": openAt24h() },
      "Yes, the sidecar's idle timeout closes connections here: after 10.002 s (FIN) with timeout 10s.",
      [
        "What helps, as measured: timeout 24h: open >= 16 s, where timeout 10s lost them after 10.002 s (FIN).",
        "10s: The sidecar closed the connection because nothing was sent for its idle timeout of 10s.",
        "24h: The connection was still open when the window ended, which says nothing about later.",
      ],
    ],
  ] as [string, Record<string, RunRecord>, string, string[]][]) {
    it(`answers for ${title}`, () => {
      const page = pageOf(records);
      assert.equal(page.answer, answer);
      assert.deepEqual(page.lead, lead);
    });
  }

  it("compares no real time with a time-lapse", () => {
    const { lead } = pageOf({ lapsed: LAPSED, "24h": openAt24h() });
    assert.match(lead[0]!, /^What helps: no stack/);
  });

  it("says which stacks can't be read", () => {
    const { lead } = reportPage({
      ...reported({ "10s": runRecord() }),
      unreadable: [{ stack: "x", problem: "no stack named 'x' found" }],
    });
    assert.equal(lead.at(-1), "x can't be read: no stack named 'x' found");
  });

  it("is the same, byte for byte, for equal records", () => {
    const records = { "10s": runRecord(), many: manyConnections(30), lapsed: LAPSED };
    const again = JSON.parse(JSON.stringify(records)) as typeof records;
    assert.equal(htmlOf(records), htmlOf(again));
    assert.equal(markdownOf(records), markdownOf(again));
  });

  it("stays below 200 kB for a thousand samples, with all of them in it", function () {
    this.timeout(60_000); // It compresses half a megabyte as well as can be.
    const record = manyConnections(500);
    const html = htmlOf({ many: record });
    assert.ok(Buffer.byteLength(html) < 200_000, String(html.length));
    const [, packed = ""] = /(\{\n {2}&quot;schemaVersion[^]*?\n\})<\/code>/.exec(html) ?? [];
    assert.deepEqual(unpackRecord(packed.replaceAll("&quot;", '"')), record);
  });

  it("shows the spread of many connections in place of each of them", () => {
    const [section] = pageOf({ many: manyConnections(40) }).sections.filter(
      ({ id }) => id === "timeline",
    );
    const [figure, pods] = section!.blocks;
    assert.equal(
      figure?.kind === "figure" && figure.description,
      "40 connections that were closed, against the 10.000 s expected: from +0.001 s to +0.029 s, half of them below " +
        "+0.012 s. Without sidecar: 40 open >= 14 s.",
    );
    assert.deepEqual(pods?.kind === "list" && pods.items, [
      "many, with sidecar: 40 connections: 40 closed, after 10.001 s (FIN) to 10.029 s (FIN)",
      "many, without sidecar: 40 connections: 40 open for >= 14 s (lower bound)",
    ]);
  });

  it("holds a short record as it is, folded away", () => {
    const record = runRecord();
    const html = htmlOf({ "10s": record });
    const [, text = ""] =
      /<details><summary>Record of 10s<\/summary>.*?<code>([^]*?)<\/code>/.exec(html) ?? [];
    assert.deepEqual(JSON.parse(text.replaceAll("&quot;", '"')), record);
  });
});
