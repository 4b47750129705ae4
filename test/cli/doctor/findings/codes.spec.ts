import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CODES } from "../../../../cli/doctor/findings/codes.ts";

const ROOT = join(__dirname, "../../../..");

describe("the codes of findings", () => {
  const page = readFileSync(join(ROOT, "docs/findings.md"), "utf8");
  const explained = [...page.matchAll(/^\| (IIT\d{3}) \| (\w+) /gm)].map(([, code, severity]) => [
    code,
    severity,
  ]);

  it("are explained in docs/findings.md, each once and with its severity", () => {
    assert.deepEqual(explained.sort(), Object.entries(CODES).sort());
  });

  it("are each used", () => {
    const source = readdirSync(join(ROOT, "cli/doctor"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith("codes.ts"))
      .map((name) => readFileSync(join(ROOT, "cli/doctor", name), "utf8"))
      .join("");
    const used = new Set([...source.matchAll(/finding\(\s*"(IIT\d{3})"/g)].map(([, code]) => code));
    assert.deepEqual([...used].sort(), Object.keys(CODES).sort());
  });
});
