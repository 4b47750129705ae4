/** Entry point of the npm scripts that use a lab, by way of start.mjs: `npm run lab`, `npm run demo`, `npm test` ... */
import { calledAs } from "../cli/command/invocation.ts";
import { runCommandLine } from "../cli/command/run.ts";
import { entries } from "./entries.ts";

const program = calledAs(process.argv[1] ?? "");
void runCommandLine(entries, process.argv.slice(2), { name: "lab", program }).then((code) => {
  process.exitCode = code;
});
