import { defineCommand } from "../cli/command/command.ts";
import type { Command, Group } from "../cli/command/command.ts";
import { EXIT } from "../cli/command/exitCode.ts";
import { anyText, flag, optional } from "../cli/command/option.ts";
import { DEFAULT_LAB } from "./base/labName.ts";
import { ENVOYS, ENVOY_LIST, parseEnvoy, TESTED_ENVOYS } from "./build/envoys.ts";
import { labGroup } from "./commands/group.ts";
import { labOption } from "./commands/options.ts";

const demo = defineCommand({
  about: "Brings up a lab, measures three timeouts in it and prints one table.",
  options: {
    ...labOption,
    "real-hour": flag("measure Envoy's own hour in real time instead"),
  },
  exits: { [EXIT.ok]: "measured", [EXIT.failed]: "could not measure" },
  run: async ({ options }) => {
    const { name = DEFAULT_LAB } = options;
    if (options["real-hour"]) {
      await (await import("./use/realHour.ts")).realHour(name);
    } else {
      await (await import("./use/demo.ts")).demo(name);
    }
    return EXIT.ok;
  },
});

const bench = defineCommand({
  about:
    "Measures how fast and exact the project is on this machine, in a lab of its own, and prints each figure beside " +
    "its target. It takes about eight minutes once everything is built.",
  options: {},
  exits: { [EXIT.ok]: "measured", [EXIT.failed]: "could not measure" },
  run: async () => {
    await (await import("./use/bench.ts")).bench("bench");
    return EXIT.ok;
  },
});

const plugins = tests(
  "Holds provider plugins to the conformance suite, in a lab of its own.",
  {
    plugins: optional(
      "DIR",
      "folder with a folder resource-NAME-vVERSION for each plugin (default: those of the lab)",
      anyText,
    ),
  },
  async (dir) => (await import("./use/test.ts")).testPlugins(dir),
);

const proxies = defineCommand({
  about:
    "Does to sidecars what ends connections, side by side in a lab of its own, and checks what is said of each end.",
  options: {},
  words: {
    placeholder: "VERSION",
    about: `Envoys of the sidecars: ${ENVOY_LIST} (default: ${TESTED_ENVOYS.join(" and ")})`,
    min: 0,
    max: Object.keys(ENVOYS).length,
    parse: parseEnvoy,
  },
  exits: { [EXIT.ok]: "all passed", [EXIT.failed]: "a test failed" },
  run: async ({ words }) => {
    const envoys = words.length === 0 ? TESTED_ENVOYS : words;
    return (await import("./use/test.ts")).testProxies(envoys);
  },
});

const cases = defineCommand({
  about:
    "Brings a lab of its own up, puts the situations of test/cases on its mesh, asks the doctor about each, and takes " +
    "the lab down again.",
  options: { record: flag("keep what the doctor read beside each case, for the unit tests") },
  exits: { [EXIT.ok]: "all passed", [EXIT.failed]: "a test failed" },
  run: async ({ options: { record } }) => (await import("./use/test.ts")).testCases(record),
});

/** Every npm script that lab/start.mjs runs, under its own name. */
export const entries: Group = {
  about: "What needs a lab on this machine, and the tests.",
  commands: {
    lab: { summary: "run a lab", load: () => labGroup },
    demo: { summary: "measure three timeouts in a lab", load: () => demo },
    bench: { summary: "measure the project itself", load: () => bench },
    test: {
      summary: "run all tests",
      load: () =>
        tests(
          "Checks types, lint and format, runs the unit tests, brings a lab up for the tests that need one, and takes " +
            "it down again.",
          {},
          async () => (await import("./use/test.ts")).testAll(),
        ),
    },
    "test:quick": {
      summary: "run the tests that need no lab",
      load: () =>
        tests("Checks types, lint and format, and runs the unit tests.", {}, async () =>
          (await import("./use/test.ts")).testQuick(),
        ),
    },
    "test:lab": {
      summary: "break labs of its own in every way",
      load: () =>
        tests(
          "Breaks labs of its own: kills each part of one, and brings it up again.",
          {},
          async () => (await import("./use/test.ts")).testLab(),
        ),
    },
    "test:proxies": { summary: "tell what ends connections on other Envoys", load: () => proxies },
    "test:cases": { summary: "ask the doctor about situations of real meshes", load: () => cases },
    "test:plugins": { summary: "run the conformance suite for plugins", load: () => plugins },
  },
};

function tests(
  about: string,
  options: { plugins?: ReturnType<typeof optional<string>> },
  run: (plugins: string | undefined) => Promise<number>,
): Command {
  return defineCommand({
    about,
    options,
    exits: { [EXIT.ok]: "all passed", [EXIT.failed]: "a test failed" },
    run: ({ options: { plugins: dir } }) => run(typeof dir === "string" ? dir : undefined),
  });
}
