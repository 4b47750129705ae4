import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareCommand } from "../../cli/compare.ts";
import { readRecord, StackError } from "../../cli/stacks/stackRecords.ts";
import { compareRun } from "../../report/comparison.ts";
import { call } from "./command/call.ts";
import { DEFAULT_OPEN, LAPSED, runRecord } from "./records.ts";

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
    const command = compareCommand({
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
    });
    const { code, out, err } = await call(command, "compare", args);
    const said = err.split("\n").filter((line) => line !== "");
    return { code, printed: out, said: said.map((line) => line.replace(/^compare: /, "")) };
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
    const { printed } = await run(["-o", "markdown", "10s"]);
    assert.deepEqual(printed.split("\n").slice(0, 3), [
      "| stack | Istio | Envoy | timeout | expected | with sidecar | without sidecar | verdict |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      "| 10s | 1.31-dev | 1.40.0 | 10s | 10s | 10.002 s (FIN) | open >= 14 s | idle timeout |",
    ]);
  });

  it("prints a row for each connection as CSV, and tells what it leaves out", async () => {
    const { code, printed, said } = await run(["-o", "csv", "10s", "lapsed", "old"]);
    assert.equal(code, 1);
    assert.equal(said.length, 1);
    assert.match(
      said[0]!,
      /^old: can't be read: results.schemaVersion must be 1, got 0; measure again/,
    );
    const at = "2026-01-02T03:04:05.678Z";
    assert.deepEqual(printed.split("\n"), [
      "stack,istio,envoy,timeout,path,remedy,middleware,mode,endpoint,probe,repetition,connection,connected_at,end," +
        "held_seconds,timelapse,proxy_seconds,expected_seconds,cause",
      `10s,1.31-dev,1.40.0,10s,passthrough,envoyFilter,tcp,silent,10.0.0.5:6379,withSidecar,1,1,${at},fin,` +
        "10.002,1,10.001,10.000,idleTimeout",
      `10s,1.31-dev,1.40.0,10s,passthrough,envoyFilter,tcp,silent,10.0.0.5:6379,withoutSidecar,1,1,${at},open,` +
        "14.000,1,,,",
      `lapsed,1.31-dev,1.40.0,default,passthrough,envoyFilter,tcp,silent,10.0.0.5:6379,withSidecar,1,1,${at},fin,` +
        "10.002,360,10.001,10.000,idleTimeout",
      `lapsed,1.31-dev,1.40.0,default,passthrough,envoyFilter,tcp,silent,10.0.0.5:6379,withoutSidecar,1,1,${at},` +
        "open,14.000,1,,,",
      "",
    ]);
  });

  it("keeps a spreadsheet from computing a name, and a name from making a row", async () => {
    const { samples, ...record } = runRecord({
      istioVersion: '=HYPERLINK("x")',
      envoyVersion: "1\n2",
    });
    stacks.odd = { results: { ...record, samples: samples.slice(0, 1) } };
    const { printed } = await run(["-o", "csv", "odd"]);
    assert.equal(printed.split("\n").length, 3);
    assert.match(printed, /^odd,"'=HYPERLINK\(""x""\)",1 2,10s,/m);
  });

  it("prints JSON with the whole records", async () => {
    const { printed } = await run(["-o", "json", "lapsed"]);
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
    assert.equal(code, 3);
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
    const { printed } = await run(["-o", "json", "x", "10s"]);
    const { stacks: found } = JSON.parse(printed) as { stacks: { stack: string }[] };
    assert.deepEqual(found[0], { stack: "x", problem: "no stack named 'x' found" });
    assert.equal(found[1]!.stack, "10s");
  });

  for (const [args, problem] of [
    [
      ["--assert", "10"],
      '--assert: "10" has no unit after 10; use a Go duration such as 10s, 13.7s, 1h30m or 24h',
    ],
    [["--assert"], "--assert needs a value"],
    [["--asert", "1ms"], "unknown option --asert; did you mean --assert?"],
    [["--json"], "unknown option --json; did you mean -o json?"],
    [["-o", "xml"], '--output: "xml" is none of table, json, yaml, markdown, csv'],
  ] as [string[], string][]) {
    it(`refuses ${args.join(" ")}`, async () => {
      const { code, said } = await run(args);
      assert.deepEqual(
        { code, said },
        { code: 2, said: [problem, 'See "istio-idle-timeout compare --help".'] },
      );
    });
  }

  it("keeps quiet about what it leaves out with -q", async () => {
    assert.deepEqual((await run(["-q"])).said, []);
  });

  it("reads nothing where there is nothing", async () => {
    assert.equal(await readRecord(() => Promise.resolve("{}"), "x"), undefined);
  });

  it("writes the outcome of --assert as JUnit XML", async () => {
    const folder = mkdtempSync(join(tmpdir(), "junit-"));
    try {
      const file = join(folder, "junit.xml");
      const { code } = await run(["--assert", "500ms", "--junit", file, "10s", "default", "old"]);
      assert.equal(code, 1);
      assert.deepEqual(readFileSync(file, "utf8").split("\n").slice(2, 5), [
        '  <testsuite name="istio-idle-timeout" tests="3" failures="0" errors="1" skipped="0">',
        '    <testcase classname="10s" name="tcp silent" time="14.000"/>',
        '    <testcase classname="default" name="tcp silent" time="14.001"/>',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says in one line that JUnit XML can't be written", async () => {
    const { code, said } = await run(["--assert", "1s", "--junit", "/nowhere/junit.xml", "10s"]);
    assert.equal(code, 1);
    assert.equal(said.length, 1);
    assert.match(said[0]!, /^can't write \/nowhere\/junit.xml: ENOENT/);
  });

  it("refuses JUnit XML without anything to assert", async () => {
    const { code, said } = await run(["--junit", "junit.xml", "10s"]);
    assert.equal(code, 2);
    assert.equal(said[0], "--junit needs --assert: without it nothing can fail");
  });
});
