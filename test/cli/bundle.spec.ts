import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runRecord } from "./records.ts";
import { bin, files, scripts, version } from "../../package.json";
import * as packageJson from "../../package.json";

describe("the packed command", () => {
  let folder: string;
  let bundle: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bundle-"));
    bundle = join(folder, "istio-idle-timeout.cjs");
    const [esbuild = "", ...args] = scripts.build.split(" ");
    const toFolder = args.map((arg) =>
      arg.startsWith("--outfile=") ? `--outfile=${bundle}` : arg,
    );
    execFileSync(join("node_modules/.bin", esbuild), toFolder);
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs it in a folder without node_modules. */
  function run(program: string, ...argv: string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH ?? ""}` },
    });
    return { status, stdout, stderr };
  }

  it("is one file that needs no packages", () => {
    assert.deepEqual(files, [bin["istio-idle-timeout"]]);
    assert.ok(scripts.build.endsWith(` --outfile=${bin["istio-idle-timeout"]}`));
    assert.ok(!("dependencies" in packageJson), "what the bundle needs is in it");
    assert.ok(packageJson.private, "nobody publishes it by accident");
  });

  it("explains itself and tells its version", () => {
    assert.deepEqual(run(bundle, "--version"), { status: 0, stdout: `${version}\n`, stderr: "" });
    const { status, stdout } = run(bundle, "doctor", "--help");
    assert.equal(status, 0);
    assert.match(stdout, /^usage: istio-idle-timeout doctor \[AIM\] --endpoint HOST:PORT/);
  });

  it("is a plugin of kubectl under its name", () => {
    const link = join(folder, "kubectl-idle_timeout");
    symlinkSync(bundle, link);
    assert.deepEqual(run(link, "docter"), {
      status: 2,
      stdout: "",
      stderr:
        "istio-idle-timeout: unknown command docter; did you mean doctor?\n" +
        'See "kubectl idle-timeout --help".\n',
    });
  });

  it("exits 2 for a wrong usage and 1 for what it can't do, with nothing on stdout", () => {
    assert.deepEqual(run(bundle, "doctor", "-n", "shop", "web", "--endpont", "a:1"), {
      status: 2,
      stdout: "",
      stderr:
        "doctor: unknown option --endpont; did you mean --endpoint?\n" +
        'See "istio-idle-timeout doctor --help".\n',
    });
    writeFileSync(join(folder, "kubectl"), "#!/bin/sh\necho refused >&2\nexit 1\n", {
      mode: 0o755,
    });
    const asked = ["-n", "shop", "web", "--endpoint", "a:1", "-o", "json"];
    assert.deepEqual(run(bundle, "doctor", ...asked), {
      status: 1,
      stdout: "",
      stderr: "doctor: pod shop/web: refused\n",
    });
  });

  it("prints JSON and YAML alone on stdout, and exits 3 for what is not as asserted", () => {
    writeFileSync(join(folder, "outputs.json"), JSON.stringify({ results: runRecord() }));
    writeFileSync(join(folder, "pulumi"), "#!/bin/sh\ncat outputs.json\n", { mode: 0o755 });
    const json = run(bundle, "compare", "-o", "json", "dev");
    assert.equal(json.stderr, "");
    assert.equal(JSON.parse(json.stdout).stacks[0].stack, "dev");
    const yaml = run(bundle, "compare", "-o", "yaml", "dev");
    assert.match(yaml.stdout, /^schemaVersion: 1\nstacks:\n {2}- stack: dev\n/);
    const { status, stderr } = run(bundle, "compare", "--assert", "0s", "dev");
    assert.equal(status, 3);
    assert.match(stderr, /^compare: dev: /);
  });
});
