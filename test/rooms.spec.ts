import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import ts from "typescript";

const ROOMS = ["components", "report", "model", "app", "cli", "lab"];
const MOST_FILES = 20;

const files = ["index.ts", ...ROOMS.flatMap(filesBelow)];

function filesBelow(room: string): string[] {
  return readdirSync(room, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
    .map((name) => join(room, name));
}

/** Relative imports of a file, of types too, as paths from the project's root. */
function importsOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, "utf8"))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) => normalize(join(dirname(file), name)));
}

/** The first circle that can be walked from a file; undefined where there is none. */
function circleFrom(
  file: string,
  imports: ReadonlyMap<string, string[]>,
  done: Set<string>,
  way: string[] = [],
): string[] | undefined {
  if (way.includes(file)) {
    return [...way.slice(way.indexOf(file)), file];
  }
  if (done.has(file)) {
    return undefined;
  }
  for (const next of imports.get(file) ?? []) {
    const circle = circleFrom(next, imports, done, [...way, file]);
    if (circle !== undefined) {
      return circle;
    }
  }
  done.add(file);
  return undefined;
}

describe("the rooms of the project", () => {
  it("import each other in no circle, not even for types", () => {
    const imports = new Map(files.map((file) => [file, importsOf(file)]));
    const done = new Set<string>();
    const circles = files.map((file) => circleFrom(file, imports, done)?.join(" -> "));
    assert.deepEqual(
      circles.filter((circle) => circle !== undefined),
      [],
    );
  });

  it(`hold at most ${MOST_FILES} source files a folder`, () => {
    const folders = files.map((file) => dirname(file));
    const crowded = [...new Set(folders)]
      .map((folder) => ({ folder, count: folders.filter((other) => other === folder).length }))
      .filter(({ count }) => count > MOST_FILES);
    assert.deepEqual(crowded, []);
  });
});
