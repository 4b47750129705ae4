/** Groups of configuration keys, in the order in which they are documented. */
export const KEY_GROUPS = [
  "What to measure",
  "Where things run",
  "How to measure",
  "Images",
  "Credentials",
] as const;

/** One key of a stack's configuration. */
export interface ConfigKey {
  group: (typeof KEY_GROUPS)[number];
  type: "duration" | "whole number" | "word" | "words" | "text" | "image";
  /** Value where a stack does not set the key; empty where the key is optional or has to be set. */
  default: string;
  /** Markdown in one line, without a period at the end. */
  description: string;
  /** Whether the value belongs encrypted into the stack file. */
  secret: boolean;
}

/** Returns a function that describes a key of a group. */
export function keysOf(
  group: ConfigKey["group"],
): (type: ConfigKey["type"], defaultValue: string, description: string) => ConfigKey {
  return (type, defaultValue, description) => ({
    ...{ group, type, default: defaultValue, description, secret: false },
  });
}
