import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "../base/errors.ts";
import { down, up } from "../commands/lab.ts";
import { projectDir } from "../base/paths.ts";
import type { EnvoyVersion } from "../build/envoys.ts";
import { packageVersion, PLUGIN_NAMES } from "../plugins/build.ts";
import { elapsed, humanSeconds } from "../base/seconds.ts";
import { StepError } from "../base/steps.ts";

/** Lab of the tests' own, so that they disturb nobody's stacks. */
const TEST_LAB = "test";
const ON_TEST_LAB = { IDLE_TIMEOUT_TEST_LAB: TEST_LAB };

interface Counts {
  passed: number;
  failed: number;
}

/**
 * Runs all that needs no lab: types, lint, format and unit tests. Each of the first three counts as one test.
 *
 * @returns the exit status
 */
export async function testQuick(): Promise<number> {
  return conclude(await quick());
}

/**
 * Runs the quick tests, then those on a lab, which it brings up and takes down again.
 *
 * @returns the exit status
 */
export async function testAll(): Promise<number> {
  const counts = await quick();
  const tests = (): Promise<Counts> => mocha(["--config", "test/e2e/.mocharc.json"], ON_TEST_LAB);
  add(counts, await onTestLab(tests));
  return conclude(counts);
}

/**
 * Runs the conformance suite for provider plugins.
 *
 * @param plugins folder with `resource-<name>-v<version>` folders; absent for the lab's plugins.
 * @returns the exit status
 */
export async function testPlugins(plugins: string | undefined): Promise<number> {
  if (plugins !== undefined) {
    await requirePlugins(plugins);
  }
  const env = plugins === undefined ? {} : { IDLE_TIMEOUT_PLUGINS: resolve(plugins) };
  const config = ["--config", "test/lab/conformance/.mocharc.json"];
  return conclude(await onTestLab(() => mocha(config, { ...env, ...ON_TEST_LAB })));
}

/**
 * Does to sidecars with each of these Envoys what ends connections.
 *
 * @returns the exit status
 */
export async function testProxies(envoys: readonly EnvoyVersion[]): Promise<number> {
  const env = { ...ON_TEST_LAB, IDLE_TIMEOUT_TEST_PROXIES: envoys.join(",") };
  const causes = ["--config", "test/e2e/causes/.mocharc.json"];
  return conclude(await onTestLab(() => mocha(causes, env)));
}

/**
 * Asks the doctor about the situations of test/cases on a real mesh.
 *
 * @param record whether to keep what the doctor read beside each case.
 * @returns the exit status
 */
export async function testCases(record: boolean): Promise<number> {
  const env = { ...ON_TEST_LAB, RECORD: record ? "1" : "" };
  const cases = ["--config", "test/cases/.mocharc.json"];
  return conclude(await onTestLab(() => mocha(cases, env)));
}

/** @throws LabError unless the folder has all plugins; Pulumi ignores links to their folders */
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
    `--plugins ${dir} has no folder ${missing.join(", ")}. ` +
      "Name a folder of installed plugins, such as ~/.pulumi/plugins.",
  );
}

/** Brings the tests' lab up, runs the tests and takes it down again. */
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

/**
 * Injects faults into labs of its own: test/lab/faults says what is killed, and when.
 *
 * @returns the exit status
 */
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
  // A run that broke off, or that ran no test, has failed although no test did.
  if (counts.failed === 0 && (code !== 0 || counts.passed === 0)) {
    counts.failed = 1;
  }
  return counts;
}

/** Runs a program of node_modules and shows its output as it comes. */
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
