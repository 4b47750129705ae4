import type { PreflightRequest } from "../../model/requests.ts";
import { findDocker } from "../cluster/docker.ts";
import type { Docker, DockerAddress, DockerAddresses } from "../cluster/docker.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { kubectlProblems, reachProblems } from "./cluster.ts";
import { imageProblems } from "./images.ts";
import { istioProblems } from "./istio.ts";
import { namespaceProblems } from "./namespace.ts";
import { nodeProblems } from "./nodes.ts";
import { rightsProblems } from "./rights.ts";

/** Dependencies of the checks; tests replace them. */
export interface PreflightWorld {
  kubectl: Kubectl;
  dockers: DockerAddresses;
  /** @default over HTTP */
  dockerAt?: (address: DockerAddress) => Docker;
}

/** Finds everything that is in the way of a stack, each in one line with its fix. Changes nothing. */
export async function check(request: PreflightRequest, world: PreflightWorld): Promise<string[]> {
  const [cluster, docker] = await Promise.all([
    clusterProblems(request, world.kubectl),
    dockerProblems(request, world),
  ]);
  return [...cluster, ...docker];
}

/** Asks everything at once, as each question takes a while; answers of a cluster out of reach are dropped. */
async function clusterProblems(request: PreflightRequest, kubectl: Kubectl): Promise<string[]> {
  const { namespace, owner, context, platform } = request;
  const [tool, unreachable, ...others] = await Promise.all([
    kubectlProblems(kubectl),
    reachProblems(kubectl, context),
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
  { dockers, dockerAt: connect }: PreflightWorld,
): Promise<string[]> {
  let docker: Docker | undefined;
  try {
    docker = await findDocker(dockers, connect);
  } catch (error) {
    return [`Docker: ${(error as Error).message}`];
  }
  return docker === undefined ? [] : orItsFailure(imageProblems(docker, request), "Docker: ");
}
