import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SHIM = "app/timelapse/timelapse.c";
const COMPILE = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];
const COMPLAINT =
  "timelapse: TIMELAPSE_FACTOR is not a whole number from 1 to 360; clocks are left alone\n";

/** Time in ns by the kernel before, by the program, and by the kernel after. */
type Reading = [before: number, shown: number, after: number];
type Clock = "monotonic" | "coarse" | "raw" | "boottime" | "realtime";

interface Report {
  first: Record<Clock, Reading>;
  /** Time that a wait of 7.2 s took by the kernel's clock, in ns. */
  waited: number;
  second: Record<Clock, Reading>;
}

describe("the time-lapse shim", () => {
  const folder = mkdtempSync(join(tmpdir(), "timelapse-"));
  const [shim, preloaded, arithmetic] = ["timelapse.so", "preloaded", "arithmetic"].map((name) =>
    join(folder, name),
  ) as [string, string, string];

  before(() => {
    execFileSync("cc", [...COMPILE, "-shared", "-fPIC", "-o", shim, SHIM]);
    execFileSync("cc", [...COMPILE, "-o", preloaded, "test/app/timelapse/preloaded.c"]);
    execFileSync("cc", [...COMPILE, "-o", arithmetic, "test/app/timelapse/arithmetic.c"]);
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  function run(factor: string): { report: Report; stderr: string } {
    const env = { LD_PRELOAD: shim, TIMELAPSE_FACTOR: factor };
    const { stdout, stderr } = spawnSync(preloaded, { env, encoding: "utf8" });
    return { report: JSON.parse(stdout) as Report, stderr };
  }

  /** Asserts that the clock ran at that speed, within what the kernel's readings around it allow. */
  function assertSpeed({ first, second }: Report, clock: Clock, factor: number): void {
    const [firstBefore, firstShown, firstAfter] = first[clock];
    const [secondBefore, secondShown, secondAfter] = second[clock];
    const shown = secondShown - firstShown;
    const [least, most] = [secondBefore - firstAfter, secondAfter - firstBefore];
    assert.ok(
      shown >= least * factor && shown <= most * factor,
      `${clock}: ${shown} ns shown, ${least} to ${most} ns passed, factor ${factor}`,
    );
  }

  it("computes times and timeouts exactly", () => {
    const lines = execFileSync(arithmetic, {
      env: { TIMELAPSE_FACTOR: "360" },
      encoding: "utf8",
    });
    assert.deepEqual(lines.trimEnd().split("\n"), [
      // The three clocks are read once when the shim is loaded: 1 monotonic, 4 raw, 7 since boot.
      "clock 1 clock 4 clock 7 at loading",
      "clock 1 shows 5000.250000000",
      "ten seconds and a nanosecond later",
      "clock 1 shows 8600.250000360",
      "clock 1 shows 8600.250000360",
      "clock 4 shows 8600.250000360",
      "clock 7 shows 8600.250000360",
      "clock 0 shows 5010.250000001",
      "clock 3 shows 5010.250000001",
      "epoll_wait",
      "-1 ms",
      "0 ms",
      "1 ms",
      "1 ms",
      "2 ms",
      "10000 ms",
      "5965233 ms",
      "epoll_pwait",
      "2 ms",
      "epoll_pwait2",
      "for ever",
      "0 s 0 ns",
      "0 s 1 ns",
      "10 s 2 ns",
    ]);
  });

  for (const factor of [40, 360]) {
    it(`runs a program's monotonic clocks ${factor} times as fast`, () => {
      const { report, stderr } = run(String(factor));
      assert.equal(stderr, "");
      for (const clock of ["monotonic", "coarse", "raw", "boottime"] as const) {
        assertSpeed(report, clock, factor);
      }
    });
  }

  it("leaves the time of day alone", () => {
    const { report } = run("360");
    for (const { realtime } of [report.first, report.second]) {
      const [before, shown, after] = realtime;
      assert.ok(before <= shown && shown <= after);
    }
  });

  it("ends a wait of 7.2 s after 20 ms, but not before", () => {
    const { waited } = run("360").report;
    assert.ok(waited >= 20_000_000, `${waited} ns`);
    assert.ok(waited < 7_200_000_000, `${waited} ns`);
  });

  it("changes nothing with the factor 1", () => {
    const env = { TIMELAPSE_FACTOR: "1" };
    const { stdout, stderr } = spawnSync(arithmetic, { env, encoding: "utf8" });
    assert.equal(stderr, "");
    assert.match(stdout, /^clock 1 shows 5010\.250000001$/m);
    assert.match(stdout, /^3600000 ms$/m);
  });

  for (const factor of [undefined, "", "0", "-1", "1.5", "361", "360 ", "99999999999999999999"]) {
    it(`says so and changes nothing with the factor ${factor === undefined ? "not set" : JSON.stringify(factor)}`, () => {
      const env = factor === undefined ? {} : { TIMELAPSE_FACTOR: factor };
      const { stdout, stderr } = spawnSync(arithmetic, { env, encoding: "utf8" });
      assert.equal(stderr, COMPLAINT);
      assert.match(stdout, /^clock 1 shows 5010\.250000001$/m);
      assert.match(stdout, /^3600000 ms$/m);
    });
  }

  it("stands in for these functions and needs an old C library only", () => {
    const symbols = execFileSync("nm", ["-D", shim], { encoding: "utf8" }).trim().split("\n");
    const defined = symbols.flatMap((line) => / T (\w+)/.exec(line)?.[1] ?? []);
    assert.deepEqual(defined, ["clock_gettime", "epoll_pwait", "epoll_pwait2", "epoll_wait"]);
    const needed = symbols.flatMap((line) => / U (\w+)@GLIBC_2\.(\d+)/.exec(line)?.slice(1) ?? []);
    assert.deepEqual(
      needed.filter((_, index) => index % 2 === 0),
      ["getenv", "syscall", "write"],
    );
    const versions = needed.filter((_, index) => index % 2 === 1).map(Number);
    // glibc 2.2.5 was the first on x64, 2.17 the first on arm64.
    assert.ok(Math.max(...versions) <= 17, versions.join(" "));
  });
});
