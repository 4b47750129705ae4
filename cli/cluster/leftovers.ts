import { OWNER_KEY } from "../../model/istio/labels.ts";
import type { RemoveContainersRequest } from "../../model/requests.ts";
import { messageOf } from "./docker.ts";
import type { Docker } from "./docker.ts";

/**
 * Removes containers with their unnamed volumes, running or not.
 *
 * @param which those of the owner whose name is `name`, alone or before a `-`, but for the one with the
 *   id `kept`.
 * @returns their names.
 * @throws Error with the daemon's reason for not removing one.
 */
export async function removeContainers(
  docker: Docker,
  which: RemoveContainersRequest,
): Promise<string[]> {
  const filters = JSON.stringify({ label: [`${OWNER_KEY}=${which.owner}`] });
  const query = new URLSearchParams({ all: "true", filters });
  const found = await ask(docker, `/containers/json?${query.toString()}`);
  const left = (JSON.parse(found) as { Id: string; Names: string[] }[])
    .map(({ Id, Names }) => ({ id: Id, name: (Names[0] ?? "").replace("/", "") }))
    .filter(({ id, name }) => id !== which.kept && `${name}-`.startsWith(`${which.name}-`));
  for (const { id } of left) {
    await ask(docker, `/containers/${id}?force=true&v=true`, "DELETE");
  }
  return left.map(({ name }) => name);
}

async function ask(docker: Docker, ...question: Parameters<Docker>): Promise<string> {
  const { status, body } = await docker(...question);
  // 404: somebody else has just removed it.
  if (status >= 400 && status !== 404) {
    throw new Error(messageOf(body));
  }
  return body;
}
