#!/usr/bin/env node
/** Entry point of the command line: `istio-idle-timeout COMMAND`, `kubectl idle-timeout COMMAND`, `npm run COMMAND`. */
import { calledAs } from "./command/invocation.ts";
import { runCommandLine } from "./command/run.ts";
import { commands } from "./commands.ts";

// Whoever reads the result may stop early: `| head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") {
    throw error;
  }
  process.exit();
});

const program = calledAs(process.argv[1] ?? "");
void runCommandLine(commands, process.argv.slice(2), { name: "istio-idle-timeout", program }).then(
  (code) => {
    process.exitCode = code;
  },
);
