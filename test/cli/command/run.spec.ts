import assert from "node:assert/strict";
import { defineCommand } from "../../../cli/command/command.ts";
import type { Asked, Group } from "../../../cli/command/command.ts";
import { anyText, flag, oneOf, optional, required } from "../../../cli/command/option.ts";
import type { Options } from "../../../cli/command/option.ts";
import { UsageError } from "../../../cli/command/usageError.ts";
import { UserError } from "../../../model/userError.ts";
import { version } from "../../../package.json";
import { call } from "./call.ts";

const SEE = 'See "istio-idle-timeout find --help".\n';

describe("a command line", () => {
  let asked: Asked<Options> | undefined;
  let fails: Error | undefined;

  const find = defineCommand({
    about: "Finds things.\n\nIt takes a while.",
    options: {
      namespace: required("NAMESPACE", "where to look", anyText, "n"),
      kind: optional("KIND", "what to find", oneOf(["pod", "node"])),
      all: flag("find more than one", "a"),
    },
    words: {
      placeholder: "NAME",
      about: "name to find",
      min: 0,
      max: 2,
      parse: (text: string) => ({ name: oneOf(["web", "api", "db"])(text) }),
    },
    rest: { placeholder: "OPTION", about: "options of kubectl" },
    formats: ["table", "json"],
    quiet: true,
    example: "-n shop web",
    exits: { 0: "found", 1: "not found" },
    run: (request, terminal) => {
      asked = request;
      terminal.print("found\n");
      terminal.report("looking");
      terminal.warn("beware");
      return fails === undefined ? Promise.resolve(0) : Promise.reject(fails);
    },
  });
  const group: Group = {
    about: "Finds and loses.",
    commands: {
      find: { summary: "find things", load: () => Promise.resolve(find) },
      lose: { summary: "lose things", load: () => assert.fail("loaded without being called") },
    },
  };
  const run = (...argv: string[]) => call(find, "find", argv);

  beforeEach(() => {
    asked = undefined;
    fails = undefined;
  });

  it("gives a command its values, and each stream what is for it", async () => {
    const outcome = await run("-an", "shop", "--kind=pod", "web", "api", "--", "-A", "x");
    assert.deepEqual(outcome, { code: 0, out: "found\n", err: "find: looking\nfind: beware\n" });
    assert.deepEqual(asked, {
      options: { namespace: "shop", kind: "pod", all: true },
      words: [{ name: "web" }, { name: "api" }],
      rest: ["-A", "x"],
      format: "table",
      program: "istio-idle-timeout find",
    });
  });

  it("leaves out what is not given", async () => {
    await run("--namespace", "shop", "--output", "json");
    assert.deepEqual(asked, {
      options: { namespace: "shop", kind: undefined, all: false },
      words: [],
      rest: [],
      format: "json",
      program: "istio-idle-timeout find",
    });
  });

  it("tells no progress with -q", async () => {
    assert.equal((await run("-qn", "shop")).err, "find: beware\n");
  });

  it("explains itself, whatever else is wrong, and starts nothing", async () => {
    const expected = `usage: istio-idle-timeout find [NAME...] --namespace NAMESPACE [options] [-- OPTION...]

Finds things.

It takes a while.

options:
  NAME                       name to find
  -n, --namespace NAMESPACE  where to look
      --kind KIND            what to find
  -a, --all                  find more than one
  -o, --output FORMAT        format of the result: table, json (default: table)
  -q, --quiet                say nothing but the result and what went wrong
  -h, --help                 print this text
      --version              print the version
  -- OPTION                  options of kubectl

example: istio-idle-timeout find -n shop web

exit codes: 0 found; 1 not found; 2 wrong usage
`;
    for (const argv of [["--help"], ["-h"], ["--bogus", "a", "b", "c", "--help"]]) {
      assert.deepEqual(await run(...argv), { code: 0, out: expected, err: "" });
    }
    assert.equal(asked, undefined);
  });

  it("tells the version", async () => {
    assert.deepEqual(await run("--version"), { code: 0, out: `${version}\n`, err: "" });
  });

  for (const [argv, ...problems] of [
    [[], "--namespace is missing"],
    [["--namespce", "shop"], "unknown option --namespce; did you mean --namespace?"],
    [["--namespce=shop", "web"], "unknown option --namespce; did you mean --namespace?"],
    [["-n", "shop", "-x"], "unknown option -x; put options of kubectl behind --"],
    [["-n", "shop", "--json"], "unknown option --json; did you mean -o json?"],
    [["-n", "shop", "--toString"], "unknown option --toString; put options of kubectl behind --"],
    [["-n", "shop", "--all=yes"], "--all takes no value"],
    [["-n"], "-n needs a value"],
    [["-n", "--kind", "pod"], "-n needs a value"],
    [["--namespace="], "--namespace needs a value"],
    [
      ["a", "b", "c", "d", "--kind", "job"],
      'NAME: "a" is none of web, api, db',
      'NAME: "b" is none of web, api, db',
      "--namespace is missing",
      '--kind: "job" is none of pod, node',
      'unexpected argument "c"',
      'unexpected argument "d"',
    ],
  ] as [string[], ...string[]][]) {
    it(`refuses ${JSON.stringify(argv)}`, async () => {
      const err = [...problems.map((problem) => `find: ${problem}\n`), SEE].join("");
      assert.deepEqual(await run(...argv), { code: 2, out: "", err });
      assert.equal(asked, undefined);
    });
  }

  it("exits 1 for what could not be done and 2 for what does not go together", async () => {
    fails = new UserError("the cluster is away");
    assert.deepEqual(await run("-qn", "x"), {
      code: 1,
      out: "found\n",
      err: "find: beware\nfind: the cluster is away\n",
    });
    fails = new UsageError(["one", "two"]);
    assert.equal((await run("-qn", "x")).err, `find: beware\nfind: one\nfind: two\n${SEE}`);
  });

  it("hides no defect", async () => {
    fails = new TypeError("x is not a function");
    await assert.rejects(run("-n", "x"), fails);
  });

  it("finds a command of a group", async () => {
    const { code, out } = await call(group, "things", ["find", "-n", "shop"]);
    assert.deepEqual({ code, out }, { code: 0, out: "found\n" });
    assert.equal(asked?.program, "istio-idle-timeout things find");
  });

  it("explains a group without loading its commands", async () => {
    const expected = `usage: istio-idle-timeout things COMMAND [options]

Finds and loses.

commands:
  find  find things
  lose  lose things

Each command explains itself: istio-idle-timeout things COMMAND --help
`;
    for (const word of ["--help", "-h", "help"]) {
      assert.deepEqual(await call(group, "things", [word]), { code: 0, out: expected, err: "" });
    }
  });

  for (const [argv, problem] of [
    [[], "name a command: find, lose"],
    [["fnid"], "unknown command fnid; did you mean find?"],
    [["constructor"], "unknown command constructor"],
    [["--kind"], "unknown option --kind"],
  ] as const) {
    it(`refuses ${JSON.stringify(argv)} of a group`, async () => {
      assert.deepEqual(await call(group, "things", argv), {
        code: 2,
        out: "",
        err: `things: ${problem}\nSee "istio-idle-timeout things --help".\n`,
      });
    });
  }
});
