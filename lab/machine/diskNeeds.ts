import type { DiskNeed } from "./disk.ts";
import { succeeds } from "./machine.ts";
import type { Machine } from "./machine.ts";

/** Work that lies ahead, as far as it matters to the checks. */
export interface Plan {
  /** Whether a node has to be started; one that runs shows that it can be. */
  startsNode: boolean;
  /** Megabytes of results that have to be built. */
  buildsMegabytes: number;
  /** Whether some of them are compiled by Go. */
  compilesGo: boolean;
}

/**
 * Megabytes as they were measured, rounded up: written by a lab with the project's stacks in it, and by Go when
 * it builds everything from nothing, into its caches and a working folder.
 */
const LAB_MEGABYTES = 1_500;
const GO_BUILD_MEGABYTES = 7_500;
const GO_MODULES_MEGABYTES = 3_000;
const GO_WORK_MEGABYTES = 1_000;

/** Lists the folders that are going to be written into, each with how much is still to come. */
export function diskNeeds(machine: Machine, plan: Plan): DiskNeed[] {
  const needs: DiskNeed[] = [
    {
      what: "the lab and what is built for it",
      path: machine.home,
      megabytes:
        plan.buildsMegabytes +
        (plan.compilesGo ? GO_WORK_MEGABYTES : 0) +
        (plan.startsNode ? LAB_MEGABYTES : 0),
    },
  ];
  if (!plan.compilesGo || !machine.has("go")) {
    return needs;
  }
  for (const [name, what, megabytes] of [
    ["GOCACHE", "Go's build cache", GO_BUILD_MEGABYTES],
    ["GOMODCACHE", "Go's modules", GO_MODULES_MEGABYTES],
  ] as const) {
    const path = machine.output("go", "env", name).trim();
    // The caches may hold other projects' files: then too little is asked for, and nothing is refused wrongly.
    const there = succeeds(() => machine.output("test", "-d", path))
      ? Number.parseInt(machine.output("du", "-sm", path), 10)
      : 0;
    needs.push({ what, path, megabytes: Math.max(0, megabytes - there) });
  }
  return needs;
}
