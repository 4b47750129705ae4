import { changes } from "./diff.ts";
import type { Diff, DiffRequest } from "./provider.ts";
import type { PropertyMap } from "./value.ts";

/** Tells whether the engine added an input for itself, such as the version that the program asked for. */
export function isInternal(key: string): boolean {
  return key === "version" || key.startsWith("__");
}

/** Returns the inputs without those that the engine added for itself. */
export function withoutInternal(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !isInternal(key)));
}

/**
 * Lists the differences between the inputs of a program.
 *
 * @param isReplaced tells of a property whether another value needs another object.
 */
export function inputChanges(
  { oldInputs, newInputs }: DiffRequest,
  isReplaced: (property: string) => boolean,
): Diff["changes"] {
  return changes(withoutInternal(oldInputs), withoutInternal(newInputs)).map((change) => ({
    ...change,
    replace: isReplaced(String(change.path[0])),
  }));
}
