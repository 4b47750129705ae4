import { defineCommand } from "../../cli/command/command.ts";
import type { Command, Group } from "../../cli/command/command.ts";
import { EXIT } from "../../cli/command/exitCode.ts";
import { anyText, flag } from "../../cli/command/option.ts";
import { DEFAULT_LAB } from "../base/labName.ts";
import { labOption, proxyOption } from "./options.ts";

// Every command imports its work when it runs: help has to come at once.

const up = defineCommand({
  about:
    "Builds what is missing, starts the node, installs Istio and waits until all of it works. If it is interrupted or " +
    "crashes, run it again: it goes on from where it was.",
  options: { ...labOption, ...proxyOption },
  exits: { [EXIT.ok]: "the lab is up", [EXIT.failed]: "it could not be brought up" },
  run: async ({ options: { name = DEFAULT_LAB, proxy } }) => {
    await (await import("./lab.ts")).up(name, proxy);
    return EXIT.ok;
  },
});

const down = labCommand(
  "Ends the node and removes all of it. What was built is kept.",
  { [EXIT.ok]: "the lab is down", [EXIT.failed]: "it could not be taken down" },
  async (lab) => {
    await (await import("./lab.ts")).down(lab);
    return EXIT.ok;
  },
);

const status = labCommand(
  "Tells what runs and whether it works.",
  { [EXIT.ok]: "all of it works", [EXIT.failed]: "something does not work or does not run" },
  async (lab) => ((await (await import("./lab.ts")).status(lab)) ? EXIT.ok : EXIT.failed),
);

const list = defineCommand({
  about: "Tells which labs there are.",
  options: {},
  exits: { [EXIT.ok]: "listed" },
  run: async (_, { print }) => {
    const { labList } = await import("./status.ts");
    print(`${labList().join("\n")}\n`);
    return EXIT.ok;
  },
});

const logs = defineCommand({
  about: "Shows the end of a service's log, or of all logs.",
  options: { ...labOption, follow: flag("show what comes, too", "f") },
  words: {
    placeholder: "SERVICE",
    about: "whose log to show (default: all)",
    min: 0,
    max: 1,
    parse: anyText,
  },
  exits: { [EXIT.ok]: "shown", [EXIT.failed]: "there is no such log" },
  run: async ({ options: { name = DEFAULT_LAB, follow }, words: [service] }) =>
    (await import("../base/logs.ts")).showLogs(name, service, follow),
});

const env = defineCommand({
  about:
    'Prints shell exports for kubectl, docker, istioctl and pulumi: eval "$(npm run --silent lab -- env)"',
  options: labOption,
  exits: { [EXIT.ok]: "printed", [EXIT.failed]: "the lab is not up" },
  run: async ({ options: { name = DEFAULT_LAB } }, { print, warn }) => {
    const { environment } = await import("./lab.ts");
    for (const [key, value] of Object.entries(environment(name))) {
      print(`export ${key}='${value.replaceAll("'", "'\\''")}'\n`);
    }
    const { pluginsLine } = await import("./pulumiHome.ts");
    const { labPaths } = await import("../base/paths.ts");
    // Beside what a shell evaluates.
    warn(pluginsLine(labPaths(name)));
    return EXIT.ok;
  },
});

const stack = defineCommand({
  about: "Prepares a stack from Pulumi.STACK.yaml for the lab, and tells how to bring it up.",
  options: labOption,
  words: { placeholder: "STACK", about: "stack to prepare", min: 1, max: 1, parse: anyText },
  example: "dev",
  exits: { [EXIT.ok]: "prepared", [EXIT.failed]: "could not be prepared" },
  run: async ({ options: { name = DEFAULT_LAB }, words: [word] }, { print }) => {
    const { LabStack } = await import("../use/stack.ts");
    print(`${(await LabStack.prepare(name, word)).commandLine("up")}\n`);
    return EXIT.ok;
  },
});

const purge = defineCommand({
  about:
    "Gives the disk back: removes all labs that do not run, and all that was built and no running lab uses.",
  options: {},
  exits: { [EXIT.ok]: "removed", [EXIT.failed]: "could not be removed" },
  run: async () => {
    await (await import("./purge.ts")).purge();
    return EXIT.ok;
  },
});

/** Commands of `npm run lab`. */
export const labGroup: Group = {
  about: "A lab is a whole machine on this one: a Kubernetes node, Istio, Docker and a registry.",
  commands: {
    up: { summary: "bring the lab up", load: () => up },
    down: { summary: "take the lab down", load: () => down },
    status: { summary: "tell what runs and whether it works", load: () => status },
    list: { summary: "tell which labs there are", load: () => list },
    logs: { summary: "show the logs of the lab's services", load: () => logs },
    env: {
      summary: "print shell exports for kubectl, docker, istioctl and pulumi",
      load: () => env,
    },
    stack: { summary: "prepare a stack for the lab", load: () => stack },
    purge: { summary: "give the disk back", load: () => purge },
  },
};

/** Makes a command that works on one lab and prints nothing of its own. */
function labCommand(
  about: string,
  exits: Readonly<Record<number, string>>,
  work: (lab: string) => Promise<number>,
): Command {
  return defineCommand({
    about,
    options: labOption,
    exits,
    run: ({ options: { name = DEFAULT_LAB } }) => work(name),
  });
}
