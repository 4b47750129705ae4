import type { ProviderFunction } from "../shared/provider.ts";
import { toPlain } from "../shared/value.ts";
import { checkArguments } from "./inputs.ts";
import type { CommandInputs } from "./inputs.ts";
import { runCommand } from "./shell.ts";

/** `command:local:run`: a command that runs in every preview and update. */
export const localRun: ProviderFunction = {
  check: checkArguments,

  async call(args, operation) {
    const { command, ...inputs } = toPlain(args) as unknown as CommandInputs & {
      command: string;
    };
    const onLine = (line: string): void => {
      operation.status(line);
    };
    const output = await runCommand({ command, inputs, signal: operation.signal(), onLine });
    return { ...args, ...output };
  },
};
