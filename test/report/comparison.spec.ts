import assert from "node:assert/strict";
import type { RunRecord } from "../../model/record.ts";
import { compare } from "../../cli/stacks/compareStacks.ts";
import {
  COMPARISON_HEADER,
  compareRun,
  comparisonRows,
  deviation,
} from "../../report/comparison.ts";
import { readRecord, StackError } from "../../cli/stacks/stackRecords.ts";
import { control, measurement, runRecord } from "../cli/records.ts";

const ENVOY_DEFAULT = {
  ...runRecord().effective,
  idleTimeoutMs: 3_600_000,
  source: "envoy-default",
} as const;

const DEFAULT_OPEN = runRecord({
  timeout: "default",
  effective: ENVOY_DEFAULT,
  samples: [measurement({ end: "open", heldMs: 14_000.9, proxy: null }), control()],
});

const LAPSED = runRecord({
  timeout: "default",
  effective: ENVOY_DEFAULT,
  timelapse: { factor: 360 },
  samples: [
    measurement({ timelapse: { factor: 360, proxyMs: 3_600_319, wallMs: 10_001.2 } }),
    control(),
  ],
});

describe("a row of the comparison", () => {
  it("has a cell for each title", () => {
    const row = comparisonRows(compareRun("10s", runRecord()))[0]!;
    assert.equal(row.length, COMPARISON_HEADER.length);
    assert.deepEqual(row, [
      ...["10s", "1.31-dev", "1.40.0", "10s", "10s"],
      ...["10.002 s (FIN)", "open >= 14 s", "idle timeout"],
    ]);
  });

  it("expects a connection to be open whose window is shorter than the timeout", () => {
    assert.deepEqual(comparisonRows(compareRun("default", DEFAULT_OPEN))[0]!.slice(3), [
      ...["default", "open", "open >= 14 s", "open >= 14 s", "still open"],
    ]);
  });

  it("says of every time-lapse that it is one", () => {
    assert.deepEqual(comparisonRows(compareRun("x", LAPSED))[0]!.slice(3), [
      ...["default", "1h at x360", "3600.319 s at x360 (10.001 s of wall time, FIN)"],
      ...["open >= 14 s", "idle timeout"],
    ]);
  });

  it("has a dash for a sample that is missing", () => {
    const record = runRecord({ samples: [measurement()] });
    assert.deepEqual(comparisonRows(compareRun("x", record))[0]!.slice(6), ["-", "void"]);
  });
});

describe("a deviation", () => {
  const found = (record: RunRecord, toleranceMs = 10): string | undefined =>
    deviation(compareRun("x", record), toleranceMs);

  it("is none for what the configuration lets expect", () => {
    assert.equal(found(runRecord()), undefined);
    assert.equal(found(DEFAULT_OPEN), undefined);
    assert.equal(found(LAPSED), undefined);
  });

  it("is a close that is off by more than the tolerance", () => {
    assert.equal(found(runRecord(), 2), undefined);
    assert.equal(
      found(runRecord(), 1),
      "closed after 10.002 s, which is 0.002 s off 10.000 s, more than 1ms",
    );
  });

  it("counts from the last byte on", () => {
    const samples = [measurement({ heldMs: 13_000, lastByteMs: 3000 }), control()];
    assert.equal(found(runRecord({ samples })), undefined);
  });

  it("is a connection that should have been closed, or should not have been", () => {
    const open = [measurement({ end: "open", heldMs: 14_000, proxy: null }), control()];
    assert.match(
      found(runRecord({ samples: open })) ?? "",
      /^the sidecar should have closed the connection after 10\.000 s: The connection was still open/,
    );
    assert.match(
      found({ ...DEFAULT_OPEN, samples: runRecord().samples }) ?? "",
      /^it should have stayed open: The sidecar closed/,
    );
  });

  it("is a run that goes on, whatever is known so far", () => {
    const running = { ...DEFAULT_OPEN, running: true } as const;
    assert.match(found(running) ?? "", /^it is still being measured/);
  });

  it("is a sample that is missing", () => {
    assert.match(found(runRecord({ samples: [] })) ?? "", /^There is no figure/);
  });
});

describe("compare", () => {
  /** Outputs by stack; a stack that has none was never brought up. */
  const stacks: Record<string, object> = {
    "10s": { results: runRecord() },
    default: { results: DEFAULT_OPEN },
    lapsed: { results: LAPSED },
    new: {},
    old: { results: { ...runRecord(), schemaVersion: 0 } },
  };

  async function run(
    args: string[],
    names = ["default", "10s", "new"],
  ): Promise<{ code: number; printed: string; said: string[] }> {
    let printed = "";
    const said: string[] = [];
    const code = await compare(args, {
      pulumi: ([, command, ...rest]) => {
        if (command === "ls") {
          return Promise.resolve(JSON.stringify(names.map((name) => ({ name }))));
        }
        const name = rest.at(-1) ?? "";
        const outputs = stacks[name];
        return outputs === undefined
          ? Promise.reject(new StackError(`no stack named '${name}' found`))
          : Promise.resolve(JSON.stringify(outputs));
      },
      print: (text) => (printed += text),
      say: (line) => said.push(line),
    });
    return { code, printed, said };
  }

  it("prints a table over all stacks with results, and says which it leaves out", async () => {
    const { code, printed, said } = await run([]);
    assert.equal(code, 0);
    assert.deepEqual(said, ["stack new is left out: it has no results yet"]);
    assert.deepEqual(
      printed.split("\n"),
      [
        "stack    Istio     Envoy   timeout  expected  with sidecar    without sidecar  verdict     ",
        "-------  --------  ------  -------  --------  --------------  ---------------  ------------",
        "10s      1.31-dev  1.40.0  10s      10s       10.002 s (FIN)  open >= 14 s     idle timeout",
        "default  1.31-dev  1.40.0  default  open      open >= 14 s    open >= 14 s     still open",
        "",
        "open >= N s: still open when the window ended; nothing is said about later.",
        "",
      ].map((line) => line.trimEnd()),
    );
  });

  it("prints Markdown", async () => {
    const { printed } = await run(["--markdown", "10s"]);
    assert.deepEqual(printed.split("\n").slice(0, 3), [
      "| stack | Istio | Envoy | timeout | expected | with sidecar | without sidecar | verdict |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      "| 10s | 1.31-dev | 1.40.0 | 10s | 10s | 10.002 s (FIN) | open >= 14 s | idle timeout |",
    ]);
  });

  it("prints JSON with the whole records", async () => {
    const { printed } = await run(["--json", "lapsed"]);
    const { schemaVersion, stacks: found } = JSON.parse(printed) as {
      schemaVersion: number;
      stacks: object[];
    };
    assert.equal(schemaVersion, 1);
    const VERDICT = compareRun("lapsed", LAPSED).tests[0]!.verdict;
    assert.deepEqual(found, [
      {
        stack: "lapsed",
        expectedSeconds: 10,
        disconnectSeconds: {
          withSidecar: { timelapse: 360, proxySeconds: 3600.319, wallSeconds: 10.001 },
          withoutSidecar: null,
        },
        verdict: VERDICT,
        tests: [{ middleware: "tcp", mode: "silent", expectedSeconds: 10, verdict: VERDICT }],
        results: LAPSED,
      },
    ]);
  });

  it("never shows real and lapsed time together without saying so", async () => {
    const { printed } = await run(["10s", "lapsed"]);
    assert.match(printed, /^lapsed: a time-lapse, where seconds at xN are the sidecar's own/m);
    assert.doesNotMatch((await run(["10s"])).printed, /time-lapse/);
  });

  it("turns deviations into an exit code", async () => {
    assert.equal((await run(["--assert", "10ms", "10s", "default"])).code, 0);
    const { code, printed, said } = await run(["--assert", "1ms", "10s", "default"]);
    assert.equal(code, 1);
    assert.match(printed, /^10s /m);
    assert.deepEqual(said, [
      "10s: closed after 10.002 s, which is 0.002 s off 10.000 s, more than 1ms",
    ]);
  });

  for (const [title, args, names, line] of [
    [
      "a backend without stacks",
      [],
      [],
      "there is no stack of this project in the backend; make one: pulumi stack init dev",
    ],
    [
      "stacks of which none has results",
      [],
      ["new"],
      "none of the stacks new has results yet; bring it up first: pulumi up --stack new",
    ],
  ] as [string, string[], string[], string][]) {
    it(`refuses ${title}`, async () => {
      assert.deepEqual(await run(args, names), { code: 1, printed: "", said: [line] });
    });
  }

  it("shows a stack that can't be read as a row with its reason, beside the others", async () => {
    const { code, printed, said } = await run(["10s", "new", "x", "old", "default"]);
    assert.deepEqual({ code, said }, { code: 1, said: [] });
    assert.deepEqual(
      printed
        .split("\n")
        .slice(2, 7)
        .map((row) => row.split(/ {2,}/).slice(0, 1).concat(row.split(/ {2,}/).slice(7))),
      [
        ["10s", "idle timeout"],
        ["new", "can't be read: it has no results yet; bring it up first: pulumi up --stack new"],
        ["x", "can't be read: no stack named 'x' found"],
        [
          "old",
          "can't be read: results.schemaVersion must be 1, got 0; measure again: set run to another number and run " +
            "pulumi up --stack old",
        ],
        ["default", "still open"],
      ],
    );
  });

  it("names in JSON what can't be read, too", async () => {
    const { printed } = await run(["--json", "x", "10s"]);
    const { stacks: found } = JSON.parse(printed) as { stacks: { stack: string }[] };
    assert.deepEqual(found[0], { stack: "x", problem: "no stack named 'x' found" });
    assert.equal(found[1]!.stack, "10s");
  });

  for (const [args, line] of [
    [["--json", "--markdown"], /^--json and --markdown exclude each other; see --help$/],
    [["--assert", "10"], /^--assert: "10" .*; see --help$/],
    [["--assert"], /^Option '--assert <value>' argument missing; see --help$/],
    [["--jsn"], /^Unknown option '--jsn'.*; see --help$/],
  ] as [string[], RegExp][]) {
    it(`refuses ${args.join(" ")}`, async () => {
      const { code, said } = await run(args);
      assert.equal(code, 2);
      assert.match(said.join("\n"), line);
    });
  }

  it("shows its help", async () => {
    const { code, printed } = await run(["--help"]);
    assert.equal(code, 0);
    assert.match(printed, /^usage: npm run compare/);
  });

  it("reads nothing where there is nothing", async () => {
    assert.equal(await readRecord(() => Promise.resolve("{}"), "x"), undefined);
  });
});
