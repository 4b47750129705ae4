import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import ts from "typescript";

const DIRECTORY = join(__dirname, "../../../app/probe");

describe("the probe's sources", () => {
  it("run in Node as they stand, by taking the types away", () => {
    const files = readdirSync(DIRECTORY, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    const program = ts.createProgram(
      files.map((file) => join(DIRECTORY, file)),
      {
        allowImportingTsExtensions: true,
        erasableSyntaxOnly: true,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        noEmit: true,
        skipLibCheck: true,
        strict: true,
        target: ts.ScriptTarget.ES2022,
        types: ["node"],
        verbatimModuleSyntax: true,
      },
    );
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    assert.deepEqual(problems, []);
  });
});
