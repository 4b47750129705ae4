import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { exec } from "../../../lab/base/exec.ts";
import { environment } from "../../../lab/commands/lab.ts";
import { labPaths, projectDir } from "../../../lab/base/paths.ts";

/** The running lab that the cases use; `npm run test:plugins` brings one up and names it. */
export const lab = process.env.IDLE_TIMEOUT_TEST_LAB ?? "";
assert.ok(lab, "set IDLE_TIMEOUT_TEST_LAB to the name of a lab that is up (npm run lab -- up)");

/** Folder with `resource-<name>-v<version>` folders: the plugins under test. */
const plugins = resolve(
  process.env.IDLE_TIMEOUT_PLUGINS ?? join(labPaths(lab).pulumiHome, "plugins"),
);

/** Begins every name of this run. The processes that mocha starts for it inherit what the first made up. */
export const runPrefix =
  (process.env.IDLE_TIMEOUT_TEST_RUN ??= `conformance-${randomBytes(3).toString("hex")}`);

/** Begins the name of everything that this process makes, and is the namespace for it. */
export const prefix = `${runPrefix}-${process.pid}`;

export const runFolder = join(tmpdir(), runPrefix);

/** Pulumi's home, project, state and programs of this process. */
export const folder = join(runFolder, String(process.pid));
export const project = join(folder, "project");

/** The variables of every command of this process. */
export const env: Record<string, string> = {
  ...environment(lab),
  PULUMI_HOME: join(folder, "home"),
  PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
  PULUMI_CONFIG_PASSPHRASE: "conformance",
  // A plugin that is missing must not be replaced by one from elsewhere.
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  // An event log in JSON is offered to those who develop plugins only.
  PULUMI_DEBUG_COMMANDS: "true",
};

/** Makes all of it, once for all files of a process. */
export async function makeWorkspace(): Promise<void> {
  if (existsSync(folder)) {
    return;
  }
  for (const name of ["home", "state", "project"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  symlinkSync(plugins, join(folder, "home", "plugins"));
  symlinkSync(join(projectDir, "node_modules"), join(project, "node_modules"));
  copyFileSync(join(__dirname, "program.cjs"), join(project, "program.cjs"));
  // Without the first the language host warns; the other is named by the lab's variables.
  for (const file of ["package.json", "tsconfig.pulumi.json"]) {
    writeFileSync(join(project, file), "{}\n");
  }
  writeFileSync(
    join(project, "Pulumi.yaml"),
    "name: conformance\nmain: program.cjs\nruntime:\n  name: nodejs\n  options: { typescript: false }\n",
  );
  await exec("kubectl", ["create", "namespace", prefix], { env });
}

let names = 0;

/** A name that nothing of this or another run has. */
export function newName(): string {
  return `${prefix}-${++names}`;
}

let files = 0;

/** A file that a case's commands write into. */
export function scratch(): string {
  return join(folder, `scratch${++files}`);
}

/** Its lines; none if it isn't there. */
export function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}
