/**
 * Breaks the lab's plugins on purpose, one behaviour at a time, and runs the case that has to notice.
 * Each mutation replaces text in a copy of the sources, builds that and gives it to the suite.
 *
 *   IDLE_TIMEOUT_TEST_LAB=lab npx tsx test/plugins/mutations.ts [part of a case's title ...]
 *
 * Prints a line for each. Exit status 1 if a case passed although its behaviour was broken; when all
 * were tried and noticed, the table in docs/plugins.md is written.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exec } from "../../lab/exec.ts";
import { projectDir } from "../../lab/paths.ts";
import { elapsed, humanSeconds } from "../../lab/progress.ts";
import { mutations, type Mutation } from "./mutationList.ts";
import { writeTable } from "./mutationTable.ts";

/** Each is one core's work most of the time. */
const AT_ONCE = 2;

/** No case takes so long, not on plugins that are broken and not on a busy machine. */
const CASE_LIMIT_MS = 300_000;

interface Case {
  fullTitle: string;
  file: string;
}

interface Report {
  tests: Case[];
  failures: { fullTitle: string; err: { message?: string; code?: string } }[];
}

async function mocha(args: string[], env: Record<string, string> = {}): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "report-"));
  const report = join(folder, "report.json");
  const hooks = ["--require", "test/plugins/hooks.ts", "--node-option", "import=tsx"];
  const reporter = ["--reporter", "json", "--reporter-option", `output=${report}`];
  try {
    await exec(
      join(projectDir, "node_modules", ".bin", "mocha"),
      ["--no-config", ...hooks, ...reporter, ...args],
      { cwd: projectDir, env },
    ).catch((error: unknown) => {
      // Cases that fail are what is wanted here.
      if (!existsSync(report)) throw error;
    });
    return JSON.parse(readFileSync(report, "utf8")) as Report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Builds the plugins with the mutation in them; returns the folder of the built ones. */
async function buildMutant({ file, find, replace }: Mutation, folder: string): Promise<string> {
  const sources = join(folder, "lab", "plugins");
  mkdirSync(join(folder, "lab"));
  cpSync(join(projectDir, "lab", "plugins"), sources, { recursive: true });
  symlinkSync(join(projectDir, "node_modules"), join(folder, "node_modules"));
  const path = join(sources, file);
  const parts = readFileSync(path, "utf8").split(find);
  if (parts.length !== 2) {
    throw new Error(`lab/plugins/${file} has ${parts.length - 1} times, not once: ${find}`);
  }
  writeFileSync(path, parts.join(replace));
  const { buildPlugins } = (await import(
    join(sources, "build.ts")
  )) as typeof import("../../lab/plugins/build.ts");
  const built = join(folder, "built");
  await buildPlugins(built);
  return built;
}

/** Whether the case fails on the mutant. */
async function isNoticed(mutation: Mutation, file: string): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "mutant-"));
  const since = Date.now();
  try {
    const plugins = await buildMutant(mutation, folder);
    const { failures } = await mocha(
      ["--timeout", String(CASE_LIMIT_MS), "--fgrep", mutation.case, file],
      { IDLE_TIMEOUT_PLUGINS: plugins },
    );
    const failure = failures.find(({ fullTitle }) => fullTitle === mutation.case);
    const message = failure?.err.message ?? "";
    // A case that was broken off, or in which a tool was missing, has noticed nothing.
    const noticed = failure?.err.code === "ERR_ASSERTION";
    const took = humanSeconds(elapsed(since));
    console.log(`${noticed ? "noticed" : "NOT NOTICED"} (${took}): ${mutation.case}`);
    console.log([mutation.breaks, ...message.split("\n")].map((line) => `  ${line}`).join("\n"));
    return noticed;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The file of each case, by its title. */
async function caseFiles(): Promise<Map<string, string>> {
  const { tests } = await mocha(["--dry-run", "test/plugins/*.spec.ts"]);
  return new Map(tests.map(({ fullTitle, file }) => [fullTitle, file]));
}

/** @throws Error unless every mutation is of a case, and every case has one */
function requireComplete(titles: string[]): void {
  const mutated = new Set(mutations.map((mutation) => mutation.case));
  const faults = [
    ...[...mutated].filter((title) => !titles.includes(title)).map((title) => `no case: ${title}`),
    ...titles.filter((title) => !mutated.has(title)).map((title) => `no mutation: ${title}`),
  ];
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

async function main(parts: string[]): Promise<void> {
  const files = await caseFiles();
  requireComplete([...files.keys()]);
  const chosen = mutations.filter(
    (mutation) => parts.length === 0 || parts.some((part) => mutation.case.includes(part)),
  );
  const queue = [...chosen];
  let missed = 0;
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (!(await isNoticed(next, files.get(next.case)!))) missed++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(`${chosen.length - missed} of ${chosen.length} noticed`);
  process.exitCode = missed === 0 && chosen.length > 0 ? 0 : 1;
  if (missed === 0 && parts.length === 0) await writeTable();
}

void main(process.argv.slice(2));
