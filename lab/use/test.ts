import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "../base/errors.ts";
import { down, up } from "../commands/lab.ts";
import { projectDir } from "../base/paths.ts";
import { packageVersion, PLUGIN_NAMES } from "../plugins/build.ts";
import { elapsed, humanSeconds } from "../base/seconds.ts";
import { StepError } from "../base/steps.ts";

/** The tests' own lab, so that they disturb nobody's stacks. */
const TEST_LAB = "test";
const ON_TEST_LAB = { IDLE_TIMEOUT_TEST_LAB: TEST_LAB };

interface Counts {
  passed: number;
  failed: number;
}

/**
 * Everything that needs no lab: types, lint, format and unit tests. Each of the first three counts
 * as one test. Returns the exit status.
 */
export async function testQuick(): Promise<number> {
  return conclude(await quick());
}

/** The quick tests, then those on a lab, which is brought up for them and taken down again. */
export async function testAll(): Promise<number> {
  const counts = await quick();
  const tests = (): Promise<Counts> => mocha(["--config", "test/e2e/.mocharc.json"], ON_TEST_LAB);
  add(counts, await onTestLab(tests));
  return conclude(counts);
}

/**
 * The conformance suite for provider plugins. Returns the exit status.
 *
 * @param plugins folder with `resource-<name>-v<version>` folders; those of the lab if absent.
 */
export async function testPlugins(plugins: string | undefined): Promise<number> {
  if (plugins !== undefined) {
    await requirePlugins(plugins);
  }
  const env = plugins === undefined ? {} : { IDLE_TIMEOUT_PLUGINS: resolve(plugins) };
  const config = ["--config", "test/lab/conformance/.mocharc.json"];
  return conclude(await onTestLab(() => mocha(config, { ...env, ...ON_TEST_LAB })));
}

/** @throws LabError unless all are in the folder; of links to them Pulumi takes no notice */
async function requirePlugins(dir: string): Promise<void> {
  const folders = existsSync(dir) ? readdirSync(dir, { withFileTypes: true }) : [];
  const there = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const wanted = await Promise.all(
    PLUGIN_NAMES.map(async (name) => `resource-${name}-v${await packageVersion(name)}`),
  );
  const missing = wanted.filter((name) => !there.includes(name));
  if (missing.length === 0) {
    return;
  }
  throw new LabError(
    `--plugins ${dir} has no folder ${missing.join(", ")}: give one as Pulumi's own, ` +
      "such as ~/.pulumi/plugins.",
  );
}

/** Brings the tests' lab up, and takes it down again. */
async function onTestLab(tests: () => Promise<Counts>): Promise<Counts> {
  try {
    await up(TEST_LAB);
    const counts = await tests();
    await down(TEST_LAB);
    return counts;
  } catch (error) {
    if (!(error instanceof LabError || error instanceof StepError)) {
      throw error;
    }
    console.error(error.message);
    return { passed: 0, failed: 1 };
  }
}

/** Torments labs of its own: what is killed, at which moments, is in test/lab/faults. */
export async function testLab(): Promise<number> {
  return conclude(await mocha(["--config", "test/lab/faults/.mocharc.json"], {}));
}

async function quick(): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0 };
  add(counts, await check("Types", "tsc", ["--noEmit"]));
  add(counts, await check("Lint", "eslint", ["--max-warnings=0", "."]));
  add(counts, await check("Format", "prettier", ["--check", "--log-level=warn", "."]));
  add(counts, await mocha([], {}));
  return counts;
}

function add(sum: Counts, more: Counts): void {
  sum.passed += more.passed;
  sum.failed += more.failed;
}

function conclude({ passed, failed }: Counts): number {
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function check(title: string, command: string, args: string[]): Promise<Counts> {
  const since = Date.now();
  const { code } = await show(command, args, {});
  console.log(`${title}: ${code === 0 ? "ok" : "failed"} (${humanSeconds(elapsed(since))})`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

async function mocha(args: string[], env: Record<string, string>): Promise<Counts> {
  const reporter = ["--reporter", join("lab", "countingReporter.cjs")];
  const { code, output } = await show("mocha", [...reporter, ...args], env);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(output) ?? [];
  const counts = { passed: Number(passed ?? 0), failed: Number(failed ?? 0) };
  // A run that broke off, or in which nothing ran, is a failure although no test of it failed.
  if (counts.failed === 0 && (code !== 0 || counts.passed === 0)) {
    counts.failed = 1;
  }
  return counts;
}

/** Runs a program of node_modules with its output shown as it comes. */
async function show(
  command: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(join(projectDir, "node_modules/.bin", command), args, {
    cwd: projectDir,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}
