/** The program that collects what real drivers did in a run's two pods. A stack's Command runs it. */
import { driversRequest } from "../model/requests.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import { runProgram } from "./cluster/program.ts";
import { systemClock } from "./cluster/world.ts";
import { collectDrivers } from "./drivers/collect.ts";

runProgram({
  name: "drivers",
  about:
    "Waits for the programs with real drivers in the run's two pods, and prints what they found as JSON.",
  request: driversRequest,
  answer: async (request, { report, signal }) => {
    const world = {
      kubectl: kubectlFor({ ...request, signal }),
      clock: systemClock(signal),
      report,
    };
    // In many short lines: the Command provider hangs on a line of more than 64 KiB.
    return JSON.stringify(await collectDrivers(world, request), undefined, 2);
  },
});
