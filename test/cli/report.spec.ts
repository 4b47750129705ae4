import assert from "node:assert/strict";
import { reportCommand } from "../../cli/report.ts";
import { StackError } from "../../cli/stacks/stackRecords.ts";
import { call } from "./command/call.ts";
import { DEFAULT_OPEN, runRecord } from "./records.ts";

const DRIVERS = {
  ...{ schemaVersion: 1, run: "1-a", idleTimeoutMs: 12_000, idleMs: 15_000 },
  rows: [
    {
      ...{ probe: "withSidecar", driver: "go-mysql", version: "1", case: "defaults", settings: [] },
      ...{ idleMs: 15_000, connections: [], said: [], second: { outcome: "ok", ms: 2 } },
      first: {
        outcome: "error",
        ms: 0,
        error: { name: "ErrInvalidConn", message: "invalid connection" },
      },
    },
  ],
};

describe("report", () => {
  const stacks: Record<string, object> = {
    "10s": { results: runRecord(), drivers: DRIVERS },
    default: { results: DEFAULT_OPEN },
    odd: { results: runRecord(), drivers: { schemaVersion: 0 } },
    new: {},
  };

  async function run(args: string[]): Promise<{ code: number; out: string; err: string }> {
    const command = reportCommand({
      pulumi: ([, command, ...rest]) => {
        if (command === "ls") {
          return Promise.resolve(JSON.stringify(Object.keys(stacks).map((name) => ({ name }))));
        }
        const outputs = stacks[rest.at(-1) ?? ""];
        return outputs === undefined
          ? Promise.reject(new StackError("no such stack"))
          : Promise.resolve(JSON.stringify(outputs));
      },
    });
    return call(command, "report", args);
  }

  it("prints an HTML page", async () => {
    const { code, out, err } = await run(["10s", "default"]);
    assert.deepEqual({ code, err }, { code: 0, err: "" });
    assert.match(out, /^<!doctype html>\n<html lang="en">/);
    assert.match(out, /<\/html>\n$/);
  });

  it("prints Markdown, with the real drivers of a stack", async () => {
    const { code, out } = await run(["-o", "markdown", "10s"]);
    assert.equal(code, 0);
    assert.match(out, /^# Idle connections through the sidecar\n\n\*\*Yes, /);
    assert.match(
      out,
      /\| go-mysql \| defaults \| fails once \| "invalid connection" \(ErrInvalidConn\), 0 ms \| ok, 2 ms \| 0 \| - \|/,
    );
  });

  it("takes every stack with results, and says which it leaves out", async () => {
    const { code, out, err } = await run(["-o", "markdown"]);
    assert.equal(code, 0);
    assert.equal(err, "report: stack new is left out: it has no results yet\n");
    assert.match(out, /^\| default \| 1\.31-dev/m);
  });

  it("says of a stack that can't be read why, and fails", async () => {
    const { code, out } = await run(["-o", "markdown", "10s", "x"]);
    assert.equal(code, 1);
    assert.match(out, /^x can't be read: no such stack$/m);
  });

  it("says so where the drivers' record can't be read", async () => {
    const { code, out } = await run(["-o", "markdown", "odd"]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^odd: the record of its drivers can't be read: drivers\.schemaVersion must be 1/m,
    );
  });

  it("replaces hosts, addresses and names on demand", async () => {
    const { out } = await run(["--redact", "10s"]);
    assert.doesNotMatch(out, /10\.0\.0\.5|10\.244\.0\.28|probe-with-sidecar-0/);
    assert.match(out, /address-1:6379/);
  });

  it("offers no other format", async () => {
    const { code, err } = await run(["-o", "json", "10s"]);
    assert.equal(code, 2);
    assert.match(err, /"json" is none of html, markdown/);
  });
});
