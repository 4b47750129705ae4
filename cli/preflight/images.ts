import type { PreflightRequest } from "../../model/requests.ts";
import { messageOf } from "../cluster/docker.ts";
import type { Docker } from "../cluster/docker.ts";

/**
 * What Docker can't do for the stack. It is the daemon, not this machine, that pushes and pulls, so it is
 * what is asked about registries. One that wants a login counts as reachable: who may do what there
 * shows when the image is pushed.
 */
export async function imageProblems(docker: Docker, request: PreflightRequest): Promise<string[]> {
  const { repository, images } = request;
  const problems = await Promise.all([
    registryProblems(docker, repository),
    ...Object.entries(images).map(([setting, image]) => imageProblem(docker, setting, image)),
  ]);
  return problems.flat();
}

async function registryProblems(docker: Docker, repository: string): Promise<string[]> {
  const found = await lookUp(docker, repository);
  return typeof found === "string"
    ? [
        `registry: Docker can't reach that of ${repository}: ${found}; start it, correct the setting, or ` +
          "if it speaks HTTP only allow it in Docker's insecure-registries",
      ]
    : [];
}

async function imageProblem(docker: Docker, setting: string, image: string): Promise<string[]> {
  if ((await docker(`/images/${image}/json`)).status === 200) {
    return [];
  }
  const found = await lookUp(docker, image);
  const subject = `${setting}: ${JSON.stringify(image)} is not in Docker`;
  if (typeof found === "string") {
    return [
      `${subject}, and its registry can't be reached: ${found}; pull it, or set another image`,
    ];
  }
  return found.exists ? [] : [`${subject} and not in its registry; push it, or set another image`];
}

/** Asks an image's registry about it, and says why where it does not answer. */
async function lookUp(docker: Docker, image: string): Promise<{ exists: boolean } | string> {
  try {
    const { status, body } = await docker(`/distribution/${image}/json`);
    return status >= 500 ? messageOf(body) : { exists: status !== 404 };
  } catch (error) {
    return (error as Error).message;
  }
}
