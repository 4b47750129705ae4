import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import ts from "typescript";

const DIRECTORIES = ["probe", "drivers/node"].map((name) => join(__dirname, "../../app", name));

describe("the sources of the programs in pods", () => {
  it("run in Node as they stand, by taking the types away", function () {
    // Compiling the sources with the types of all drivers takes a while.
    this.timeout(60_000);
    const files = DIRECTORIES.flatMap((directory) =>
      readdirSync(directory, { recursive: true, encoding: "utf8" }).map((file) =>
        join(directory, file),
      ),
    );
    const program = ts.createProgram(
      files.filter((file) => file.endsWith(".ts")),
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
