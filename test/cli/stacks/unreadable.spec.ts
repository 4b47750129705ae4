import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { load } from "js-yaml";

import { compareCommand } from "../../../cli/compare.ts";
import { call } from "../command/call.ts";
import { control, measurement, runRecord } from "../records.ts";
import { lacking, swapped } from "../../swaps.ts";

/** A record with everything that can stand in one. */
const FULL = runRecord({
  timelapse: { factor: 360 },
  path: "serviceEntry",
  remedy: "destinationRule",
  repetitions: 2,
  samples: [
    measurement({
      timelapse: { factor: 360, proxyMs: 3_600_319, wallMs: 10_001.2 },
      idleTimeouts: { name: "tcp.x.idle_timeout", before: 0, after: 1, due: 1 },
      debugLog: ["Session timed out"],
      idleLimit: { setting: "wait_timeout", ms: 28_800_000 },
      use: { firstWrite: "ok", read: "end", secondWrite: "EPIPE" },
      lastByteMs: 0.5,
      voidReasons: ["pod x was deleted"],
      notes: ["a note"],
    }),
    control({ running: true, unreachableAfter: "ECONNREFUSED 10.0.0.5:6379" }),
    control({ repetition: 2, end: "error", error: "ETIMEDOUT", heldMs: 3 }),
  ],
  notes: ["a note on the run"],
});

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Compares three stacks, of which the one in the middle has these outputs. */
async function rowsWith(outputs: string, args: string[] = []) {
  const good = JSON.stringify({ results: runRecord() });
  const command = compareCommand({
    pulumi: (words) => Promise.resolve(words.at(-1) === "bad" ? outputs : good),
  });
  const { code, out, err } = await call(command, "compare", ["a", "bad", "z", ...args]);
  const said = err.split("\n").filter((line) => line !== "");
  const printed = out;
  const rows = (printed.split("\n\n")[0] ?? "").split("\n").slice(2);
  return { code, said, printed, rows };
}

/** Checks that the other stacks are shown, and the bad one has one row; returns that row. */
async function rowOfBad(outputs: string): Promise<{ code: number; row: string }> {
  const { code, said, printed, rows } = await rowsWith(outputs);
  assert.deepEqual(said, []);
  assert.doesNotMatch(printed, CONTROLS);
  assert.deepEqual(
    rows.map((row) => row.split(" ")[0]),
    ["a", "bad", "z"],
  );
  assert.match(rows[0]!, / idle timeout$/);
  assert.match(rows[2]!, / idle timeout$/);
  return { code, row: rows[1]! };
}

describe("compare, with one stack whose record is not what it should be,", () => {
  it("shows the record of the real hour, of an older shape, as a row with what it lacks", async () => {
    const results: unknown = JSON.parse(readFileSync("docs/evidence/real-hour.json", "utf8"));
    const { code, row } = await rowOfBad(JSON.stringify({ results }));
    assert.equal(code, 1);
    assert.match(row, / can't be read: results\.targets is missing; measure again: set run to /);
  });

  it("shows a row for outputs that were cut at any byte", async () => {
    const whole = JSON.stringify({ results: runRecord() });
    for (let length = 0; length < whole.length; length += 1) {
      const { code, row } = await rowOfBad(whole.slice(0, length));
      assert.equal(code, 1);
      assert.match(row, / can't be read: it must be JSON, got "/);
    }
  });

  it("shows a row whatever stands in place of a part of it, and names the part", async () => {
    const one = (await rowsWith(JSON.stringify({ results: FULL }))).rows;
    assert.equal(one.length, 3, one.join("\n"));
    await fc.assert(
      fc.asyncProperty(swapped({ results: FULL }), async ({ path, value }) => {
        const { code, rows, printed, said } = await rowsWith(JSON.stringify(value));
        assert.deepEqual(said, []);
        assert.doesNotMatch(printed, CONTROLS);
        assert.deepEqual([rows[0]!.split(" ")[0], rows.at(-1)!.split(" ")[0]], ["a", "z"]);
        const bad = rows.filter((row) => row.includes("can't be read: "));
        assert.equal(code, bad.length);
        for (const row of bad) {
          const [, problem = ""] = row.split("can't be read: ");
          const named = problem.split(" ")[0]!.replace(/^it$/, "");
          const top = path.replace(/^\./, "");
          // What refers to each other may be wrong where it is used: a sample's host.
          assert.ok(
            named.startsWith(top) || top.startsWith(named) || named.endsWith(".host"),
            `${path}: ${problem}`,
          );
          assert.ok(problem.length < 300, problem);
        }
      }),
      { numRuns: 1500 },
    );
  }).timeout(120_000);

  it("shows a row whatever is missing", async () => {
    await fc.assert(
      fc.asyncProperty(lacking({ results: FULL }), async (value) => {
        const { said, printed, rows } = await rowsWith(JSON.stringify(value));
        assert.doesNotMatch(printed, /\n +at /);
        assert.ok(said.length === 0 || said[0]!.startsWith("compare: stack bad"), said.join());
        assert.ok(
          rows.some((row) => row.startsWith("a ")) && rows.some((row) => row.startsWith("z ")),
        );
      }),
      { numRuns: 300 },
    );
  }).timeout(60_000);

  for (const [what, heldMs] of [
    ["no number", "null"],
    ["negative", "-1"],
    ["endless", "1e999"],
    ["longer than anything", "1e300"],
  ] as const) {
    it(`refuses a time that is ${what}`, async () => {
      const text = JSON.stringify({ results: runRecord() }).replace(
        '"heldMs":10001.6',
        `"heldMs":${heldMs}`,
      );
      const { row } = await rowOfBad(text);
      assert.match(
        row,
        /can't be read: results\.samples\[0\]\.heldMs must be a number from 0 to 315576000000000, got \S+; /,
      );
    });
  }

  it("refuses a name of 10 MB, and does not repeat it", async () => {
    const samples = [measurement({ pod: "x".repeat(10_000_000) }), control()];
    const { row } = await rowOfBad(JSON.stringify({ results: runRecord({ samples }) }));
    assert.match(row, /results\.samples\[0\]\.pod must be text of at most 1000 characters, got "x/);
    assert.ok(row.length < 400);
  });

  it("refuses a sample of an endpoint that is no target", async () => {
    const samples = [measurement(), control({ host: "10.0.0.9" })];
    const { row } = await rowOfBad(JSON.stringify({ results: runRecord({ samples }) }));
    assert.match(
      row,
      /results\.samples\[1\]\.host must be an endpoint of targets, got "10\.0\.0\.9:6379"; /,
    );
  });

  it("lets no name forge a row, a column or a control sequence", async () => {
    const record = runRecord({ istioVersion: "1.31\u001b[2J\u202e\nforged  \u0085row" });
    const { printed } = await rowsWith(JSON.stringify({ results: record }));
    assert.doesNotMatch(printed, CONTROLS);
    assert.equal(printed.split("\n").length, 8);
  });

  it("lets no name become HTML, a link, an image or a cell in Markdown", async () => {
    const record = runRecord({ istioVersion: "<b>1</b>|![x](http://h/)" });
    const { printed } = await rowsWith(JSON.stringify({ results: record }), ["-o", "markdown"]);
    assert.match(printed, /\| &lt;b>1&lt;\/b>\\\|!\\\[x\\\]\(http:\/\/h\/\) \|/);
  });

  it("keeps YAML what it was, with nothing for a terminal to obey", async () => {
    const record = runRecord({ notes: ["\u001b[2J\u009b\u202e\u2028 ok", "a: b\nc"] });
    const { printed } = await rowsWith(JSON.stringify({ results: record }), ["-o", "yaml"]);
    assert.doesNotMatch(printed, CONTROLS);
    const { stacks } = load(printed) as { stacks: { results: { notes: string[] } }[] };
    assert.deepEqual(stacks[1]!.results.notes, record.notes);
  });

  it("keeps JSON what it was, with nothing for a terminal to obey", async () => {
    const record = runRecord({ notes: ["\u001b[2J\u009b\u202e\u2028 ok"] });
    const { printed } = await rowsWith(JSON.stringify({ results: record }), ["-o", "json"]);
    assert.doesNotMatch(printed, CONTROLS);
    const { stacks } = JSON.parse(printed) as { stacks: { results: { notes: string[] } }[] };
    assert.deepEqual(stacks[1]!.results.notes, record.notes);
  });
});
