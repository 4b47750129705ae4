import { parseArgs } from "node:util";
import { demo } from "./demo";
import { down, environment, LabError, status, up } from "./lab";
import { LabStack } from "./stack";
import { testAll, testQuick } from "./test";
import { StepError } from "./steps";

const HELP = `Usage: npm run lab -- <command> [--name NAME]

Commands:
  up       build what is missing, start the node, install Istio
  down     end the node and remove all of it; what was built is kept
  status   tell what runs; exit status 1 unless all does
  env      print shell exports: eval "$(npm run --silent lab -- env)"
  stack S  prepare stack S from Pulumi.S.yaml for the lab, and tell how to bring it up

--name     which lab, where several run side by side; default: lab
`;

const name = { type: "string", default: "lab" } as const;

async function main(argv: string[]): Promise<number> {
  const [entry, ...rest] = argv;
  switch (entry) {
    case "lab":
      return lab(rest);
    case "demo":
      await demo(parseArgs({ args: rest, options: { name } }).values.name);
      return 0;
    case "test":
      return testAll();
    case "test:quick":
      return testQuick();
    default:
      throw new LabError(`Unknown entry "${entry ?? ""}": see the scripts in package.json.`);
  }
}

async function lab(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { name, help: { type: "boolean" } },
  });
  const [command, ...more] = positionals;
  const [stack] = command === "stack" ? more.splice(0, 1) : [];
  if (values.help === true || command === "help") {
    console.log(HELP);
    return 0;
  }
  if (more.length > 0) throw new LabError(`Too many words: ${more.join(" ")}\n\n${HELP}`);
  switch (command) {
    case "up":
      await up(values.name);
      return 0;
    case "down":
      await down(values.name);
      return 0;
    case "status":
      return status(values.name) ? 0 : 1;
    case "env":
      for (const [key, value] of Object.entries(environment(values.name))) {
        console.log(`export ${key}='${value.replaceAll("'", "'\\''")}'`);
      }
      return 0;
    case "stack": {
      if (stack === undefined)
        throw new LabError("Which stack? For instance: npm run lab -- stack dev");
      const prepared = await LabStack.prepare(values.name, stack);
      console.log(prepared.commandLine("up"));
      return 0;
    }
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
