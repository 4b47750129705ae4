import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { artifact } from "./artifacts.ts";
import { exec, execContained } from "../base/exec.ts";
import { writeLayer } from "./oci.ts";
import { projectDir } from "../base/paths.ts";

/**
 * Layers for building the images of real drivers without a network: tools as the official images have them,
 * with the modules and packages that the drivers' Dockerfiles would otherwise download.
 */

/** Sources that decide how both come out. */
const SOURCES = ["lab/build/driverBuilders.ts", "lab/build/oci.ts"];

const GO_PROGRAM = "app/drivers/go";
const NODE_PROGRAM = "app/drivers/node";

/** Flags as in the Dockerfile, because Go keeps compiled packages by their flags. */
const GO_BUILD = ["build", "-trimpath", "-gcflags=all=-dwarf=false", "-ldflags=-s -w"];

/** Layer of Go with the drivers' modules, compiled already. */
export const goBuilder = artifact({
  name: "layer-go-builder",
  title: "Image layer go-builder",
  typicalSeconds: 60,
  megabytes: 120,
  bound: "cpu",
  inputs: { build: GO_BUILD },
  // Of the program itself only its imports matter; Go compiles anew whatever is missing.
  sources: [...SOURCES, `${GO_PROGRAM}/go.mod`, `${GO_PROGRAM}/go.sum`],
  async build(dir, log) {
    const files = join(dir, "files");
    await copyGo((await exec("go", ["env", "GOROOT"])).trim(), join(files, "usr/local/go"));
    const caches = { GOMODCACHE: join(files, "go/modules"), GOCACHE: join(files, "go/cache") };
    await execContained("go", [...GO_BUILD, "-o", join(dir, "drivers"), "."], {
      cwd: join(projectDir, GO_PROGRAM),
      // Modules that can be removed like any other file.
      env: { ...caches, CGO_ENABLED: "0", GOFLAGS: "-modcacherw" },
      log,
    });
    rmSync(join(dir, "drivers"));
    // Half of all are archives of modules that stand unpacked beside them, and files for tests only.
    const superfluous = ["(", "-name", "*.zip", "-o", "-path", "*/testdata/*", ")"];
    await exec("find", [caches.GOMODCACHE, "-type", "f", ...superfluous, "-delete"]);
    await writeLayer(files, dir);
  },
});

/** Environment of the official image, but with these caches and without downloads. */
export const goBuilderEnvironment = [
  "PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "GOMODCACHE=/go/modules",
  "GOCACHE=/go/cache",
  "GOTOOLCHAIN=local",
  "GOPROXY=off",
];

/** Copies the parts of Go that a build without cgo needs: neither tests nor the sources of Go's own programs. */
async function copyGo(goRoot: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  const parts = ["VERSION", "go.env", "bin/go", "pkg/include", "src"];
  const tools = ["asm", "compile", "link"];
  const goos = (await exec("go", ["env", "GOHOSTOS", "GOHOSTARCH"])).trim().split("\n").join("_");
  for (const part of [...parts, ...tools.map((tool) => `pkg/tool/${goos}/${tool}`)]) {
    mkdirSync(dirname(join(target, part)), { recursive: true });
    cpSync(join(goRoot, part), join(target, part), {
      recursive: true,
      filter: (path) =>
        basename(path) !== "testdata" &&
        !path.endsWith("_test.go") &&
        path !== join(goRoot, "src/cmd"),
    });
  }
}

/** Layer of npm with the drivers' packages in its cache. */
export const npmBuilder = artifact({
  name: "layer-npm-builder",
  title: "Image layer npm-builder",
  typicalSeconds: 30,
  megabytes: 30,
  bound: "other",
  inputs: {},
  sources: [
    ...SOURCES,
    "lab/npm",
    `${NODE_PROGRAM}/package.json`,
    `${NODE_PROGRAM}/package-lock.json`,
  ],
  async build(dir, log) {
    const files = join(dir, "files");
    const prefix = join(files, "usr/local");
    const work = join(dir, "work");
    cpSync(join(projectDir, "lab/npm"), work, { recursive: true });
    const install = ["ci", "--omit=dev", "--ignore-scripts"];
    await execContained("npm", install, { cwd: work, log });
    cpSync(join(work, "node_modules/npm"), join(prefix, "lib/node_modules/npm"), {
      recursive: true,
    });
    mkdirSync(join(prefix, "bin"));
    const program = "../lib/node_modules/npm/bin/npm-cli.js";
    chmodSync(join(prefix, "bin", program), 0o755);
    symlinkSync(program, join(prefix, "bin/npm"));
    rmSync(work, { recursive: true });

    mkdirSync(work);
    for (const name of ["package.json", "package-lock.json"]) {
      writeFileSync(join(work, name), readFileSync(join(projectDir, NODE_PROGRAM, name)));
    }
    const cache = join(files, "npm-cache");
    await execContained("npm", [...install, "--cache", cache], { cwd: work, log });
    // The cache finds a package by the address that it came from.
    const registry = (await exec("npm", ["config", "get", "registry"])).trim();
    mkdirSync(join(prefix, "etc"));
    writeFileSync(
      join(prefix, "etc/npmrc"),
      `cache=/npm-cache\noffline=true\nregistry=${registry}\n`,
    );
    rmSync(work, { recursive: true });
    await writeLayer(files, dir);
  },
});
