import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { eventually } from "../../lab/base/wait.ts";

/** In the place of npm: tells when it begins and ends, and waits in between until it may go on. */
const NPM = `#!/bin/sh
echo $$ > npm.pid
echo begins >> npm.log
while [ ! -e go-on ]; do sleep 0.02; done
mkdir -p node_modules
ln -sfn ${resolve("node_modules/tsx")} node_modules/tsx
echo ends >> npm.log
`;

describe("the door to the npm scripts", () => {
  let project: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "start-"));
    mkdirSync(join(project, "bin"));
    mkdirSync(join(project, "lab"));
    cpSync("lab/start.mjs", join(project, "lab/start.mjs"));
    writeFileSync(join(project, "lab/main.ts"), 'console.log("main");\n');
    writeFileSync(join(project, "package-lock.json"), "{}\n");
    writeFileSync(join(project, "bin/npm"), NPM, { mode: 0o755 });
  });

  afterEach(async () => {
    goOn();
    await Promise.all(children.splice(0).map(ended));
    rmSync(project, { recursive: true });
  });

  const goOn = (): void => {
    writeFileSync(join(project, "go-on"), "");
  };
  const npmLog = (): string[] => {
    const file = join(project, "npm.log");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };
  const ended = async (child: ChildProcess): Promise<number | null> => {
    // Not "close": an npm that outlives it holds its output open.
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, "exit");
    }
    return child.exitCode;
  };
  const start = (): { child: ChildProcess; said: () => string } => {
    const child = spawn(process.execPath, ["lab/start.mjs"], {
      cwd: project,
      env: { ...process.env, PATH: [join(project, "bin"), process.env.PATH].join(delimiter) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    let text = "";
    const add = (more: string): string => (text += more);
    child.stdout.setEncoding("utf8").on("data", add);
    child.stderr.setEncoding("utf8").on("data", add);
    return { child, said: () => text };
  };

  it("installs the packages once when two scripts are started at once", async () => {
    const first = start();
    await eventually("npm begins", () => npmLog().length === 1);
    const second = start();
    await eventually("the second waits", () => second.said().includes("waiting for it"));
    goOn();
    assert.equal(await ended(first.child), 0, first.said());
    assert.equal(await ended(second.child), 0, second.said());
    assert.deepEqual(npmLog(), ["begins", "ends"]);
    await eventually("it goes on", () => second.said().endsWith("main\n"));
  });

  it("waits for an npm whose script was killed, and then installs anew", async () => {
    const killed = start();
    await eventually("npm begins", () => npmLog().length === 1);
    killed.child.kill("SIGKILL");
    await ended(killed.child);
    const second = start();
    await eventually("the second waits", () => second.said().includes("waiting for it"));
    goOn();
    assert.equal(await ended(second.child), 0, second.said());
    assert.deepEqual(npmLog(), ["begins", "ends", "begins", "ends"]);
  });

  it("finds no lock of processes that were killed", async () => {
    const killed = start();
    await eventually("npm begins", () => npmLog().length === 1);
    killed.child.kill("SIGKILL");
    const npm = Number(readFileSync(join(project, "npm.pid"), "utf8"));
    process.kill(npm, "SIGKILL");
    await ended(killed.child);
    goOn();
    const second = start();
    assert.equal(await ended(second.child), 0, second.said());
    assert.doesNotMatch(second.said(), /waiting/);
    assert.deepEqual(npmLog(), ["begins", "begins", "ends"]);
  });
});
