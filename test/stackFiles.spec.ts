import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseSettings } from "../components/settings/parseSettings.ts";
import { stackConfig } from "./stackConfig.ts";

const git = (...args: string[]): string[] =>
  execFileSync("git", args, { encoding: "utf8" }).split("\n").filter(Boolean);

describe("the project's stack files", () => {
  const committed = git("ls-files", "Pulumi.*.yaml", "examples/Pulumi.*.yaml");

  it("lie at the top and in examples", () => {
    assert.deepEqual(committed, [
      ...["10s", "24h", "30s", "default", "dev", "remove"].map((name) => `Pulumi.${name}.yaml`),
      ...["24h-x360", "default-x360", "kind", "minikube", "off", "remote"].map(
        (name) => `examples/Pulumi.${name}.yaml`,
      ),
    ]);
  });

  for (const file of committed) {
    it(`set in ${file} only what the program takes`, () => {
      const lines = readFileSync(file, "utf8").split("\n");
      const set = Object.fromEntries(
        lines.flatMap((line) => {
          const [, key, value] = /^ {2}istio-idle-timeout:(\w+): (.*)$/.exec(line) ?? [];
          return key === undefined || value === undefined ? [] : [[key, value]];
        }),
      );
      const { timeoutText } = parseSettings({ ...stackConfig(), ...set });
      assert.equal(timeoutText, set.timeout);
    });
  }

  it("are seen by git, and a user's own is not", () => {
    assert.deepEqual(git("ls-files", "--cached", "--ignored", "--exclude-standard"), []);
    assert.deepEqual(git("check-ignore", "Pulumi.staging.yaml", "Pulumi.kind.yaml"), [
      "Pulumi.staging.yaml",
      "Pulumi.kind.yaml",
    ]);
  });
});
