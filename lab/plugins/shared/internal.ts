import type { PropertyMap } from "./value.ts";

/** Tells whether the engine added an input for itself, such as the version that the program asked for. */
export function isInternal(key: string): boolean {
  return key === "version" || key.startsWith("__");
}

/** Returns the inputs without those that the engine added for itself. */
export function withoutInternal(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !isInternal(key)));
}
