import type { PreflightRequest } from "../../model/preflight.ts";
import { findDocker } from "../cluster/docker.ts";
import type { Docker, DockerAddress, DockerAddresses } from "../cluster/docker.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { kubectlProblems, reachProblems } from "./cluster.ts";
import { imageProblems } from "./images.ts";
import { istioProblems } from "./istio.ts";
import { namespaceProblems } from "./namespace.ts";
import { nodeProblems } from "./nodes.ts";
import { rightsProblems } from "./rights.ts";

/** What the checks look at. */
export interface Surroundings {
  kubectl: Kubectl;
  dockers: DockerAddresses;
  /** @default over HTTP */
  dockerAt?: (address: DockerAddress) => Docker;
}

/** Everything that is in the way of a stack, each in one line with its remedy. Changes nothing. */
export async function check(request: PreflightRequest, around: Surroundings): Promise<string[]> {
  const [cluster, docker] = await Promise.all([
    clusterProblems(request, around.kubectl),
    dockerProblems(request, around),
  ]);
  return [...cluster, ...docker];
}

/** All at once, as each question takes a while; what a cluster out of reach says is dropped. */
async function clusterProblems(request: PreflightRequest, kubectl: Kubectl): Promise<string[]> {
  const { namespace, owner, kubeContext, platform } = request;
  const [tool, unreachable, ...others] = await Promise.all([
    kubectlProblems(kubectl),
    reachProblems(kubectl, kubeContext),
    ...[
      rightsProblems(kubectl, request),
      istioProblems(kubectl, request),
      namespaceProblems(kubectl, namespace, owner),
      nodeProblems(kubectl, platform),
    ].map((problems) => orItsFailure(problems)),
  ]);
  if (!tool.runs) {
    return tool.problems;
  }
  return [...tool.problems, ...(unreachable.length > 0 ? unreachable : others.flat())];
}

/** A check that could not be made to its end is a problem too. */
async function orItsFailure(problems: Promise<string[]>, subject = ""): Promise<string[]> {
  try {
    return await problems;
  } catch (error) {
    return [`${subject}${(error as Error).message}; try again`];
  }
}

async function dockerProblems(
  request: PreflightRequest,
  { dockers, dockerAt: connect }: Surroundings,
): Promise<string[]> {
  let docker: Docker | undefined;
  try {
    docker = await findDocker(dockers, connect);
  } catch (error) {
    return [`Docker: ${(error as Error).message}`];
  }
  return docker === undefined ? [] : orItsFailure(imageProblems(docker, request), "Docker: ");
}
