import { runCommandLine } from "../../../cli/command/run.ts";
import type { Command, Group } from "../../../cli/command/command.ts";

/** What a command line did: its exit code and both of its streams. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Calls a command as `istio-idle-timeout NAME ARGUMENTS` does. */
export async function call(
  entry: Command | Group,
  name: string,
  argv: readonly string[],
): Promise<Outcome> {
  const outcome = { code: 0, out: "", err: "" };
  const program = `istio-idle-timeout ${name}`;
  outcome.code = await runCommandLine(
    entry,
    argv,
    { name, program },
    {
      out: (text) => (outcome.out += text),
      err: (text) => (outcome.err += text),
    },
  );
  return outcome;
}
