import { inputChanges, withoutInternal } from "../shared/inputs.ts";
import { uniqueName } from "../shared/naming.ts";
import type { Operation, ResourceType } from "../shared/provider.ts";
import { equal, toPlain, UNKNOWN } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import { checkResource } from "./inputs.ts";
import type { ResourceInputs } from "./inputs.ts";
import { runCommand } from "./shell.ts";
import type { Output } from "./shell.ts";

const NO_OUTPUT: Output = { stdout: "", stderr: "" };
const OUTPUT_TO_COME: PropertyMap = { stdout: UNKNOWN, stderr: UNKNOWN };

/** `command:local:Command`: commands that run when the resource is created, changed and deleted. */
export const localCommand: ResourceType = {
  check({ news }) {
    const inputs = withoutInternal(news);
    return { inputs, failures: checkResource(inputs) };
  },

  diff(request) {
    return {
      // Other triggers make the engine replace the resource, because the SDK's package asks it to.
      changes: inputChanges(request, () => false),
      deleteBeforeReplace: false,
    };
  },

  async create({ name, inputs }, operation) {
    if (operation.preview) {
      return { id: "", outputs: { ...inputs, ...OUTPUT_TO_COME } };
    }
    const { create, ...settings } = toPlain(inputs) as ResourceInputs;
    const output = create === undefined ? NO_OUTPUT : await run(create, settings, operation);
    return { id: uniqueName(name), outputs: { ...inputs, ...output } };
  },

  read({ id, oldInputs, oldOutputs }) {
    // A command's output can't be asked for again.
    return Promise.resolve({ id, inputs: oldInputs, outputs: oldOutputs });
  },

  async update({ oldInputs, oldOutputs, newInputs }, operation) {
    const last = previousOutput(oldOutputs);
    if (operation.preview) {
      return { ...newInputs, ...(equal(oldInputs, newInputs) ? last : OUTPUT_TO_COME) };
    }
    const { create, ...settings } = toPlain(newInputs) as ResourceInputs;
    const output = create === undefined ? last : await run(create, settings, operation, last);
    return { ...newInputs, ...output };
  },

  async delete({ oldOutputs }, operation) {
    const inputs = toPlain(oldOutputs) as ResourceInputs;
    if (inputs.delete === undefined) {
      return;
    }
    await run(inputs.delete, inputs, operation, previousOutput(oldOutputs));
  },
};

function run(
  command: string,
  inputs: ResourceInputs,
  operation: Operation,
  previous?: Output,
): Promise<Output> {
  const onLine = (line: string): void => {
    operation.status(line);
  };
  return runCommand({ command, inputs, previous, signal: operation.signal(), onLine });
}

function previousOutput(outputs: PropertyMap): Output {
  const { stdout, stderr } = toPlain(outputs) as Partial<Output>;
  return { stdout: stdout ?? "", stderr: stderr ?? "" };
}
