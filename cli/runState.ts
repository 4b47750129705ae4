/** The program that tells a stack, in previews and updates, whether there is a result to collect. */
import { runStateRequest } from "../model/requests.ts";
import { formatRunState } from "../model/runState.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import { runProgram } from "./cluster/program.ts";
import { systemClock } from "./cluster/world.ts";
import { findRunState } from "./measure/detach.ts";

runProgram({
  name: "runState",
  about: "Tells how a run stands, as one line of JSON.",
  request: runStateRequest,
  answer: async ({ namespace, context, run }, { report, signal }) => {
    const kubectl = kubectlFor({ namespace, context, signal });
    return formatRunState(await findRunState({ kubectl, clock: systemClock(signal), report }, run));
  },
});
