import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { MIDDLEWARE_KINDS, MODES } from "../../../app/probe/sample.ts";
import { DRIVER_NAMES } from "../../../components/settings/drivers.ts";
import { CONFIG_KEYS } from "../../../components/settings/keys.ts";
import { PATHS, REMEDIES } from "../../../model/remedy.ts";
import { configurationPage, projectSection } from "./renderKeys.ts";

/** Compares the end of a file, from a line on, with what it should be; `npm run docs:config` writes it there. */
function assertEndsWith(file: string, from: string, expected: string): void {
  const text = readFileSync(file, "utf8");
  const start = text.indexOf(`\n${from}\n`) + 1;
  assert.ok(start > 0, `${file} has no line ${JSON.stringify(from)}`);
  if (process.env.UPDATE_DOCS) {
    writeFileSync(file, text.slice(0, start) + expected);
    return;
  }
  assert.equal(text.slice(start), expected, `${file} is out of date; run: npm run docs:config`);
}

describe("the table of configuration keys", () => {
  it("is the config section of Pulumi.yaml", () => {
    assertEndsWith("Pulumi.yaml", "config:", projectSection());
  });

  it("is shown in docs/configuration.md", () => {
    assertEndsWith("docs/configuration.md", "## What to measure", configurationPage());
  });

  for (const [key, values] of [
    ["timeout", ["off", "default", "remove", "asIs"]],
    ["path", PATHS],
    ["remedy", REMEDIES],
    ["middleware", MIDDLEWARE_KINDS],
    ["modes", MODES],
    ["drivers", ["all", ...DRIVER_NAMES]],
    ["evidence", ["true", "false", "debug"]],
  ] as const) {
    it(`describes every value of ${key}`, () => {
      const { description } = CONFIG_KEYS[key];
      const missing = values.filter((value) => !description.includes(`\`${value}\``));
      assert.deepEqual(missing, []);
    });
  }

  it("marks passwords, and nothing else, as secret", () => {
    const secret = Object.entries(CONFIG_KEYS).filter(([, key]) => key.secret);
    assert.deepEqual(
      secret.map(([key]) => key),
      ["redisPassword", "mysqlPassword", "mongodbPassword"],
    );
  });
});
