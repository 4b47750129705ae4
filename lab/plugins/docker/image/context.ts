import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import type { Readable } from "node:stream";

/** Folder that an image is built from, which is sent to the daemon whole. */
export interface BuildContext {
  folder: string;
  /** Relative to the folder. */
  dockerfile: string;
  /** Files, links and folders relative to the folder, sorted. */
  entries: string[];
}

/** @param dockerfile as seen from the working directory, inside of `folder` */
export function readContext(folder: string, dockerfile: string): BuildContext {
  const inContext = relative(folder, dockerfile);
  if (inContext.startsWith("..")) {
    throw new Error(
      `the Dockerfile "${dockerfile}" is outside of the build context "${folder}"; ` +
        "the lab's docker plugin takes only one inside of it",
    );
  }
  return { folder, dockerfile: inContext, entries: walk(folder, "").sort() };
}

function walk(folder: string, below: string): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    return entry.isDirectory() ? [path, ...walk(folder, path)] : [path];
  });
}

/** Hashes all that an image built from the context may depend on: names, modes and contents. */
export function digestOf({ folder, dockerfile, entries }: BuildContext): string {
  const hash = createHash("sha256").update(`${dockerfile}\0`);
  for (const entry of entries) {
    const path = join(folder, entry);
    const stat = lstatSync(path);
    const content = stat.isSymbolicLink()
      ? readlinkSync(path)
      : stat.isFile()
        ? readFileSync(path)
        : "";
    const digest = createHash("sha256").update(content).digest("hex");
    hash.update(`${entry}\0${stat.mode.toString(8)}\0${digest}\0`);
  }
  return hash.digest("hex");
}

/** Packs the context into a tar stream in which root owns everything, as `docker build` sends it. */
export function packContext({ folder, entries }: BuildContext, signal: AbortSignal): Readable {
  const args = [
    "--create",
    "--null",
    "--no-recursion",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
  ];
  const tar = spawn("tar", [...args, `--directory=${folder}`, "--files-from=-"], {
    stdio: ["pipe", "pipe", "pipe"],
    signal,
  });
  let complaint = "";
  tar.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  tar.on("error", (error) => tar.stdout.destroy(error));
  tar.on("close", (code) => {
    if (code) {
      tar.stdout.destroy(new Error(`tar: ${complaint.trim()}`));
    }
  });
  tar.stdin.on("error", () => undefined);
  tar.stdin.end(entries.map((entry) => `${entry}\0`).join(""));
  return tar.stdout;
}
