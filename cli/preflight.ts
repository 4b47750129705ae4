/** The program that a stack runs before anything is built or awaited, in previews too. It changes nothing. */
import type { PreflightAnswer } from "../model/requests.ts";
import { preflightRequest } from "../model/requests.ts";
import { dockerAddresses } from "./cluster/docker.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import type { Kubectl } from "./cluster/kubectl.ts";
import { runProgram } from "./cluster/program.ts";
import { check } from "./preflight/checks.ts";

/** Longest wait for one answer of the cluster, in ms; what comes later is as good as none. */
const LIMIT_MS = 8_000;

runProgram({
  name: "preflight",
  about: "Prints what is in the way of a stack, as JSON. It fails only when it can't look.",
  request: preflightRequest,
  answer: async (request, { signal }) => {
    const kubectl = kubectlFor({ context: request.context, signal });
    const impatient: Kubectl = (args, options) =>
      kubectl(args, { timeoutMs: LIMIT_MS, ...options });
    const dockers = dockerAddresses(process.env);
    const problems = await check(request, { kubectl: impatient, dockers });
    return JSON.stringify({ problems } satisfies PreflightAnswer);
  },
});
