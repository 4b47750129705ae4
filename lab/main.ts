import { parseArgs } from "node:util";
import { bench } from "./use/bench.ts";
import { demo } from "./use/demo.ts";
import { LabError } from "./base/errors.ts";
import { checkName, down, environment, status, up } from "./commands/lab.ts";
import { showLogs } from "./base/logs.ts";
import { labPaths } from "./base/paths.ts";
import { pluginsLine } from "./commands/pulumiHome.ts";
import { purge } from "./commands/purge.ts";
import { LabStack } from "./use/stack.ts";
import { labList } from "./commands/status.ts";
import { realHour } from "./use/realHour.ts";
import { testAll, testLab, testPlugins, testQuick } from "./use/test.ts";
import { StepError } from "./base/steps.ts";

const HELP = `Usage: npm run lab -- <command> [--name NAME]

Commands:
  up           build what is missing, start the node, install Istio, wait until all of it works;
               interrupted or after a crash, it goes on from where it was
  down         end the node and remove all of it; what was built is kept
  status       tell what runs and whether it works; exit status 1 unless all does
  list         tell which labs there are
  logs [WHAT]  show the end of a service's log, or of all; with --follow also what comes
  env          print shell exports: eval "$(npm run --silent lab -- env)"
  stack S      prepare stack S from Pulumi.S.yaml for the lab, and tell how to bring it up
  purge        give the disk back: remove all labs that do not run, and all that was built and is
               used by none that runs

--name         which lab, where several run side by side; default: lab
`;

const PLUGINS_HELP = `Usage: npm run test:plugins
       npm run test:plugins -- --plugins DIR

Runs the conformance suite for provider plugins on a lab of its own.

--plugins    those in DIR, which has a folder resource-NAME-vVERSION for each; default: those that the
             lab uses`;

const name = { type: "string", default: "lab" } as const;

async function main(argv: string[]): Promise<number> {
  const [entry, ...rest] = argv;
  switch (entry) {
    case "lab":
      return lab(rest);
    case "demo": {
      const options = { name, "real-hour": { type: "boolean", default: false } } as const;
      const { values } = parseArgs({ args: rest, options });
      await (values["real-hour"] ? realHour : demo)(values.name);
      return 0;
    }
    case "bench":
      await bench("bench");
      return 0;
    case "test":
      return testAll();
    case "test:plugins":
      return plugins(rest);
    case "test:quick":
      return testQuick();
    case "test:lab":
      return testLab();
    default:
      throw new LabError(`Unknown entry "${entry ?? ""}": see the scripts in package.json.`);
  }
}

async function plugins(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { help: { type: "boolean" }, plugins: { type: "string" } },
  });
  if (values.help === true) {
    console.log(PLUGINS_HELP);
    return 0;
  }
  const [unexpected] = positionals;
  if (unexpected !== undefined) {
    throw new LabError(`unexpected argument "${unexpected}"\n\n${PLUGINS_HELP}`);
  }
  return testPlugins(values.plugins);
}

async function lab(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { name, help: { type: "boolean" }, follow: { type: "boolean", default: false } },
  });
  const [command, ...more] = positionals;
  const [word] = command === "stack" || command === "logs" ? more.splice(0, 1) : [];
  if (values.help === true || command === "help") {
    console.log(HELP);
    return 0;
  }
  if (more.length > 0) {
    throw new LabError(`Too many words: ${more.join(" ")}\n\n${HELP}`);
  }
  checkName(values.name);
  switch (command) {
    case "up":
      await up(values.name);
      return 0;
    case "down":
      await down(values.name);
      return 0;
    case "status":
      return (await status(values.name)) ? 0 : 1;
    case "list":
      console.log(labList().join("\n"));
      return 0;
    case "logs":
      return showLogs(values.name, word, values.follow);
    case "env":
      for (const [key, value] of Object.entries(environment(values.name))) {
        console.log(`export ${key}='${value.replaceAll("'", "'\\''")}'`);
      }
      // Beside what a shell evaluates.
      console.error(pluginsLine(labPaths(values.name)));
      return 0;
    case "stack": {
      if (word === undefined) {
        throw new LabError("Which stack? For instance: npm run lab -- stack dev");
      }
      const prepared = await LabStack.prepare(values.name, word);
      console.log(prepared.commandLine("up"));
      return 0;
    }
    case "purge":
      await purge();
      return 0;
    default:
      throw new LabError(`Unknown command "${command ?? ""}".\n\n${HELP}`);
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const expected =
      error instanceof LabError ||
      error instanceof StepError ||
      (error instanceof TypeError && "code" in error);
    console.error(expected ? error.message : error);
    process.exitCode = 1;
  },
);
