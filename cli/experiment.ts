import type { Group } from "./command/command.ts";

/** Experiments that are no stacks. */
export const experiment: Group = {
  about: "Runs an experiment beside a stack that is up.",
  commands: {
    change: {
      summary: "find out what a change of the idle timeout does to connections that are open",
      load: async () => (await import("./change/command.ts")).change,
    },
  },
};
