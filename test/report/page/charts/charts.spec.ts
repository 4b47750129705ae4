import assert from "node:assert/strict";
import { idleTestsOf, testsOf } from "../../../../report/page/reported.ts";
import { configuredAgainstMeasured } from "../../../../report/page/charts/configured.ts";
import { distribution } from "../../../../report/page/charts/distribution.ts";
import {
  linearScale,
  logScale,
  logTicks,
  timeTicks,
} from "../../../../report/page/charts/scale.ts";
import { timeline } from "../../../../report/page/charts/timeline.ts";
import { control, DEFAULT_OPEN, LAPSED, measurement, runRecord } from "../../../cli/records.ts";
import { openAt24h, reported } from "../reporting.ts";

describe("the scales", () => {
  it("place values", () => {
    assert.equal(linearScale(0, 20)(5), 25);
    assert.equal(logScale(10, 1000)(100).toFixed(9), "50.000000000");
  });

  it("name round times", () => {
    assert.deepEqual(
      timeTicks(0, 15_120).map(({ label }) => label),
      ["0s", "5s", "10s", "15s"],
    );
    assert.deepEqual(
      timeTicks(-12, 31).map(({ label }) => label),
      ["-10ms", "0s", "10ms", "20ms", "30ms"],
    );
    assert.deepEqual(
      logTicks(10_000, 86_400_000).map(({ label }) => label),
      ["10s", "1m", "10m", "1h", "8h", "24h"],
    );
  });
});

describe("the timeline", () => {
  it("draws ends as dots and lower bounds as arrows, where they are", () => {
    const record = runRecord({
      samples: [
        measurement({ heldMs: 10_000, idleLimit: { setting: "timeout", ms: 12_000 } }),
        control({ heldMs: 14_000, idleLimit: { setting: "timeout", ms: 12_000 } }),
      ],
    });
    const [test] = testsOf(reported({ a: record }).stacks);
    const { svg, table, description } = timeline(test!);
    // The axis ends at 14 s and 8 per cent.
    assert.ok(
      svg.markup.includes(
        '<rect class="bar withSidecar" x="0%" y="55" width="66.14%" height="10">',
      ),
    );
    assert.ok(
      svg.markup.includes(
        '<svg x="66.14%" y="60" overflow="visible"><path class="end withSidecar" d="M-5 0a',
      ),
    );
    assert.ok(
      svg.markup.includes(
        '<svg x="92.59%" y="98" overflow="visible"><path class="end withoutSidecar" d="M0 -6 9',
      ),
    );
    assert.ok(svg.markup.includes('<line class="timeout" x1="66.14%" x2="66.14%"'));
    assert.ok(svg.markup.includes('<line class="limit" x1="79.37%" x2="79.37%"'));
    assert.equal(
      description,
      "Time since each connection was opened. An arrow is a lower bound: the connection was open when it was last looked at. " +
        "A cross is void or dead, as its line says.",
    );
    assert.deepEqual(table.rows[0], [
      "with sidecar, connection 1",
      "probe-with-sidecar-0",
      "2026-01-02T03:04:05.678Z",
      "closed after 10.000 s (FIN)",
      "-",
      "timeout 12s",
    ]);
  });

  it("says what lies beyond its edge", () => {
    const [test] = testsOf(reported({ a: DEFAULT_OPEN }).stacks);
    assert.match(
      timeline(test!).description,
      /Beyond the right edge: idle timeout 1h \(Envoy's default\)\.$/,
    );
  });

  it("marks what is void or goes on", () => {
    const record = runRecord({
      samples: [measurement({ voidReasons: ["x"] }), control({ running: true })],
    });
    const [test] = testsOf(reported({ a: record }).stacks);
    const { svg, table } = timeline(test!);
    assert.ok(svg.markup.includes('<path class="end void" d="M-5 -5 5 5M-5 5 5 -5">'));
    assert.deepEqual(
      table.rows.map((row) => row[3]),
      ["void, closed after 10.002 s (FIN)", "running, open for >= 14 s (lower bound)"],
    );
  });
});

describe("a dead connection", () => {
  const record = runRecord({
    samples: [
      measurement({ end: "open", heldMs: 14_000, proxy: null, answer: "ETIMEDOUT" }),
      control(),
    ],
  });
  const [test] = testsOf(reported({ a: record }).stacks);

  it("is no lower bound on the timeline", () => {
    const { svg, table } = timeline(test!);
    assert.ok(svg.markup.includes('<path class="end void" d="M-5 -5 5 5M-5 5 5 -5">'));
    assert.equal(
      table.rows[0]![3],
      "open for >= 14 s (lower bound), but dead: nobody answered within 10 s",
    );
  });

  it("has no mark beside what is configured", () => {
    const { svg, table } = configuredAgainstMeasured([test!]);
    assert.doesNotMatch(svg.markup, /<path/);
    assert.equal(table.rows[0]![2], "open >= 14 s, dead");
  });
});

describe("the distribution", () => {
  it("counts connections by how far they were off", () => {
    const offs = [-3, 0.2, 0.4, 7, 12];
    const samples = offs.flatMap((off, place) => [
      measurement({ connection: place + 1, heldMs: 10_005 + off, lastByteMs: 5 }),
      control({ connection: place + 1 }),
    ]);
    const [test] = testsOf(reported({ a: runRecord({ samples }) }).stacks);
    const figure = distribution(test!)!;
    assert.equal(
      figure.description,
      "5 connections that were closed, against the 10.000 s expected: from -0.003 s to +0.012 s, half of them below " +
        "+0.000 s. Without sidecar: 5 open >= 14 s.",
    );
    assert.deepEqual(
      figure.table.rows.filter(([, count]) => count !== "0"),
      [
        ["-0.003 s to -0.002 s", "1"],
        ["+0.000 s to +0.001 s", "2"],
        ["+0.007 s to +0.008 s", "1"],
        ["+0.012 s to +0.013 s", "1"],
      ],
    );
  });

  it("is none where nothing was closed, or expected to be", () => {
    const [test] = testsOf(reported({ a: DEFAULT_OPEN }).stacks);
    assert.equal(distribution(test!), undefined);
  });
});

describe("configured against measured", () => {
  it("tells real time, time-lapse and lower bounds apart", () => {
    const { stacks } = reported({ "10s": runRecord(), lapsed: LAPSED, "24h": openAt24h() });
    const { svg, table } = configuredAgainstMeasured(idleTestsOf(stacks));
    const marks = [...svg.markup.matchAll(/<path class="(end \w+)" d="(M\S+)/g)].map(
      ([, kind, d]) => [kind, d],
    );
    assert.deepEqual(marks, [
      ["end real", "M-5"],
      ["end lapsed", "M-6"],
      ["end real", "M0"],
    ]);
    assert.deepEqual(table.rows, [
      ["10s", "10s", "10.002 s (FIN)", "real"],
      ["lapsed", "1h", "3600.319 s at x360 (10.001 s of wall time, FIN)", "the sidecar's, faster"],
      ["24h", "24h", "open >= 16 s", "real"],
    ]);
  });

  it("gives a void figure no mark", () => {
    const record = runRecord({ samples: [measurement({ voidReasons: ["x"] }), control()] });
    const { svg, table } = configuredAgainstMeasured(idleTestsOf(reported({ a: record }).stacks));
    assert.doesNotMatch(svg.markup, /<path/);
    assert.equal(table.rows[0]![2], "void, 10.002 s (FIN)");
  });
});
