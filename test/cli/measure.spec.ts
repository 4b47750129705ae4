import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";

import type { MeasureRequest } from "../../model/requests.ts";
import { asked } from "./asked.ts";
import { evidenceLine, FakeCluster } from "./fakeCluster.ts";
import { runRecord, SAMPLE } from "./records.ts";

const ROOT = join(__dirname, "../..");
/** As JSON.parse gives it back: a wait of Infinity is none. */
const REQUEST: MeasureRequest = { ...asked("10s", { waitMs: 60_000 }) };
delete REQUEST.policy;

/** The first answer whose key occurs in the command is kubectl's; "!" makes it an error. */
type Answers = Record<string, string>;

describe("cli/measure.ts", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "measure-"));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  async function start(argument: string, answers: Answers, env: Record<string, string> = {}) {
    const kubectl = join(directory, "kubectl");
    await writeFile(
      kubectl,
      `#!${process.execPath}
       const command = process.argv.slice(2).join(" ");
       const answers = ${JSON.stringify(answers)};
       const [, answer] = Object.entries(answers).find(([key]) => command.includes(key));
       if (answer.startsWith("!")) {
         console.error(answer.slice(1));
         process.exitCode = 1;
       } else if (answer === "wait") {
         setTimeout(() => {}, 60000);
       } else {
         console.log(answer);
       }`,
    );
    await chmod(kubectl, 0o755);
    return spawn(process.execPath, ["--import", "tsx", "cli/measure.ts", argument], {
      cwd: ROOT,
      env: { ...process.env, ...env, PATH: `${directory}${delimiter}${process.env.PATH ?? ""}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  async function run(argument: string, answers: Answers = {}, env: Record<string, string> = {}) {
    const child = await start(argument, answers, env);
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit") as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr };
  }

  function answers(): Answers {
    const cluster = new FakeCluster();
    const NOT_FOUND = '!Error from server (NotFound): configmaps "run-1-a" not found';
    const done = JSON.stringify({ state: "done", samples: [SAMPLE] });
    return {
      "get configmap": NOT_FOUND,
      "delete configmaps": "No resources found",
      "apply --server-side": "",
      "get pods": JSON.stringify({ items: cluster.pods }),
      "get pod with-0": JSON.stringify(cluster.pods[0]),
      "client.mjs check": '{"ok":true,"address":"10.0.0.5"}',
      config_dump: cluster.listeners(),
      server_info: JSON.stringify(cluster.serverInfo),
      "client.mjs start": done,
      logs: evidenceLine(),
    };
  }

  it("prints the record alone on stdout, in short lines", async () => {
    const { code, stdout, stderr } = await run(JSON.stringify(REQUEST), answers());
    assert.equal(code, 0, stderr);
    const record = JSON.parse(stdout);
    assert.equal(stdout, `${JSON.stringify(record, undefined, 2)}\n`);
    assert.equal(record.schemaVersion, 1);
    assert.equal(record.samples[0].heldMs, 10_001.6);
    assert.match(
      stderr,
      /^measure: effective idle timeout for 10\.0\.0\.5:6379: 10s at listener /m,
    );
  });

  it("repeats what it printed when the run was over, and asks nobody", async () => {
    const record = `${JSON.stringify(runRecord(), undefined, 2)}\n`;
    assert.deepEqual(
      await run(JSON.stringify(REQUEST), {}, { PULUMI_COMMAND_STDOUT: record.trimEnd() }),
      {
        code: 0,
        stdout: record,
        stderr: "",
      },
    );
  });

  for (const [what, last] of Object.entries({
    "of a run that still went on": runRecord({ runningUntil: "2026-01-02T03:04:19.678Z" }),
    "of another run": runRecord({ run: "2-b" }),
    "of another program": "hello",
  })) {
    it(`does not repeat a record ${what}`, async () => {
      const env = { PULUMI_COMMAND_STDOUT: JSON.stringify(last) };
      const { code, stderr } = await run(
        JSON.stringify(REQUEST),
        { "get configmap": "!refused" },
        env,
      );
      assert.equal(code, 1);
      assert.equal(stderr, "measure: kubectl get configmap: refused\n");
    });
  }

  it("exits 1 with one line and no record when nothing listens", async () => {
    const error = "ECONNREFUSED 10.0.0.5:6379";
    const check = JSON.stringify({ ok: false, error });
    assert.deepEqual(
      await run(JSON.stringify(REQUEST), { ...answers(), "client.mjs check": check }),
      {
        code: 1,
        stdout: "",
        stderr:
          "measure: endpoint 10.0.0.5:6379 can't be reached from pod without-0: nothing listens there " +
          `(${error}); start the server or correct the endpoint\n`,
      },
    );
  });

  it("exits 1 with one line when the cluster can't be reached", async () => {
    const refused = "The connection to the server localhost:8080 was refused";
    assert.deepEqual(await run(JSON.stringify(REQUEST), { "get configmap": `!${refused}` }), {
      code: 1,
      stdout: "",
      stderr: `measure: kubectl get configmap: ${refused}\n`,
    });
  });

  it("exits 2 with every problem of the request, a line each", async () => {
    const wrong = { ...REQUEST, run: undefined, namespace: "", timeout: "10", speed: 9 };
    assert.deepEqual(await run(JSON.stringify(wrong)), {
      code: 2,
      stdout: "",
      stderr:
        "measure: namespace: must not be empty\n" +
        'measure: run: Invalid key: Expected "run" but received undefined\n' +
        'measure: timeout: "10" has no unit after 10; use a Go duration such as 10s, 13.7s, 1h30m or 24h, ' +
        "or one of default, remove, off, asIs\n" +
        'measure: speed: Invalid key: Expected never but received "speed"\n' +
        'See "node --import tsx cli/measure.ts --help".\n',
    });
  });

  it("explains itself", async () => {
    const { code, stdout, stderr } = await run("--help");
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.match(stdout, /^usage: node --import tsx cli\/measure\.ts REQUEST \[options\]\n/);
  });

  it("ends at once and without a record when it is interrupted", async () => {
    const holding = JSON.stringify({
      ...{ state: "holding", heldMs: 5, repetitionsLeft: 0, held: [SAMPLE], samples: [] },
    });
    const waiting = { ...answers(), "client.mjs start": holding, "client.mjs status": "wait" };
    const child = await start(JSON.stringify(REQUEST), waiting);
    const stdout = text(child.stdout);
    let stderr = "";
    for await (const part of child.stderr.setEncoding("utf8") as AsyncIterable<string>) {
      stderr += part;
      if (stderr.includes("without sidecar: open") && !child.killed) {
        child.kill("SIGTERM");
      }
    }
    assert.equal(child.exitCode ?? (await once(child, "exit"))[0], 1);
    assert.equal(await stdout, "");
    assert.equal(
      stderr.trimEnd().split("\n").at(-1),
      "measure: interrupted; the probes go on, and measuring the same run again resumes it",
    );
  });
});
