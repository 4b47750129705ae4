import type { ProviderFunction } from "../shared/provider.ts";
import { toPlain } from "../shared/value.ts";
import { checkInputs, FUNCTION_CHECKS, type CommandInputs } from "./inputs.ts";
import { runCommand } from "./shell.ts";

/** `command:local:run`: a command that is run on every preview and update. */
export const localRun: ProviderFunction = async (args, operation) => {
  const [failure] = checkInputs(args, FUNCTION_CHECKS);
  if (failure) throw new Error(`${failure.property}: ${failure.reason}`);
  const { command, ...inputs } = toPlain(args) as CommandInputs & { command?: string };
  if (command === undefined) throw new Error("command: missing required property");
  const onLine = (line: string): void => {
    operation.status(line);
  };
  const output = await runCommand({ command, inputs, signal: operation.signal(), onLine });
  return { ...args, ...output };
};
