import assert from "node:assert/strict";
import { change } from "../../../cli/change/command.ts";
import { call } from "../command/call.ts";

const NAMED = ["--namespace", "n", "--record", "/nowhere/change.json"];

describe("experiment change", () => {
  for (const [argv, problems] of [
    [[], ["--namespace is missing", "--record is missing"]],
    [["-n", "n"], ["--record is missing"]],
    [
      [...NAMED, "--endpoint", "a:1", "--middleware", "mysql"],
      ['--middleware: "mysql" is none of redis, memcached'],
    ],
    [
      [...NAMED, "--middleware", "redis"],
      ["--middleware says what is at --endpoint, which is missing"],
    ],
    [[...NAMED, "--recrod", "x"], ["unknown option --recrod; did you mean --record?"]],
  ] as const) {
    it(`refuses ${JSON.stringify(argv)}`, async () => {
      assert.deepEqual(await call(change, "change", argv), {
        code: 2,
        out: "",
        err: [
          ...problems.map((problem) => `change: ${problem}\n`),
          'See "istio-idle-timeout change --help".\n',
        ].join(""),
      });
    });
  }

  it("asks nothing of the cluster where the record can't be written", async () => {
    assert.deepEqual(await call(change, "change", NAMED), {
      code: 1,
      out: "",
      err: "change: --record: ENOENT: no such file or directory, open '/nowhere/change.json'\n",
    });
  });
});
