import assert from "node:assert/strict";
import { commands } from "../cli/commands.ts";
import { isGroup } from "../cli/command/command.ts";
import type { Group } from "../cli/command/command.ts";
import { entries } from "../lab/entries.ts";
import { scripts } from "../package.json";
import { call } from "./cli/command/call.ts";

/** How the npm scripts start what takes arguments of ours, and what they start. */
const STARTERS: [start: string, group: Group][] = [
  ["node --import tsx cli/main.ts ", commands],
  ["node lab/start.mjs ", entries],
];

describe("npm scripts", () => {
  const all = Object.entries(scripts);

  for (const [start, group] of STARTERS) {
    const names = Object.keys(group.commands);

    it(`with ${start}are one for each command, of the same name`, () => {
      const started = all.filter(([, script]) => script.startsWith(start));
      assert.deepEqual(started.map(([name]) => name).sort(), [...names].sort());
      for (const [name, script] of started) {
        assert.equal(script, `${start}${name}`);
      }
    });

    for (const name of names) {
      it(`explain ${name} and start nothing`, async () => {
        const { code, out, err } = await call(group, "x", [name, "--help"]);
        assert.deepEqual({ code, err }, { code: 0, err: "" });
        assert.ok(out.startsWith(`usage: istio-idle-timeout x ${name} `), out);
        assert.ok(
          out.split("\n").every((line) => line.length <= 120),
          "a line is too long",
        );
      });

      it(`refuse an unknown option of ${name}`, async () => {
        const entry = await group.commands[name]?.load();
        assert.ok(entry);
        const argv = [
          ...(isGroup(entry) ? Object.keys(entry.commands).slice(0, 1) : []),
          "--bogus",
        ];
        const { code, out, err } = await call(group, "x", [name, ...argv]);
        assert.deepEqual({ code, out }, { code: 2, out: "" });
        assert.match(err, /: unknown option --bogus(; put .*)?\n/);
      });
    }
  }
});
