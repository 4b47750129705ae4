import type { Group } from "./command/command.ts";

/** Every command; each is loaded when it is called, so that help and version come at once. */
export const commands: Group = {
  about:
    "Reproduces, measures and explains TCP connections closed by an Istio sidecar's idle timeout.",
  commands: {
    doctor: {
      summary: "tell which idle timeout applies to a pod's connections, and what sets it",
      load: async () => (await import("./doctor.ts")).doctor,
    },
    watch: {
      summary: "tell which connections of an application its sidecar closes, as it happens",
      load: async () => (await import("./watch.ts")).watch,
    },
    compare: {
      summary: "print one table of what was measured in several stacks",
      load: async () => (await import("./compare.ts")).compare,
    },
    report: {
      summary: "write one page of what was measured in several stacks, and what helps",
      load: async () => (await import("./report.ts")).report,
    },
    collect: {
      summary: "wait for a measurement that goes on in the pods, and put its result into the stack",
      load: async () => (await import("./collect.ts")).collect,
    },
    experiment: {
      summary: "run an experiment that is not a stack",
      load: async () => (await import("./experiment.ts")).experiment,
    },
  },
};
