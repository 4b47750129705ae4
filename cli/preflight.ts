/**
 * `node --import tsx cli/preflight.ts REQUEST`: what the program runs before anything is built or awaited.
 * What is in the way is its finding, as JSON on stdout; it fails only when it can't look.
 */
import type { PreflightAnswer, PreflightRequest } from "../model/preflight.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import type { Kubectl } from "./cluster/kubectl.ts";
import { check } from "./preflight/checks.ts";
import { dockerAddresses } from "./cluster/docker.ts";

/** Longest wait for one answer of the cluster, in ms; what comes later is as good as none. */
const LIMIT_MS = 8_000;

async function main(text: string): Promise<void> {
  const request = JSON.parse(text) as PreflightRequest;
  const kubectl = kubectlFor({ context: request.kubeContext });
  const impatient: Kubectl = (args, options) => kubectl(args, { timeoutMs: LIMIT_MS, ...options });
  const problems = await check(request, {
    kubectl: impatient,
    dockers: dockerAddresses(process.env),
  });
  process.stdout.write(`${JSON.stringify({ problems } satisfies PreflightAnswer)}\n`);
}

void main(process.argv[2] ?? "");
