/** The program that removes containers that the stack's state does not know: an update that was killed made them. */
import { removeContainersRequest } from "../model/requests.ts";
import { UserError } from "../model/userError.ts";
import { dockerAddresses, findDocker } from "./cluster/docker.ts";
import { removeContainers } from "./cluster/leftovers.ts";
import { runProgram } from "./cluster/program.ts";

runProgram({
  name: "removeContainers",
  about: "Removes an owner's containers by their name, but for one, and prints what it removed.",
  request: removeContainersRequest,
  answer: async (request) => {
    try {
      const docker = await findDocker(dockerAddresses(process.env));
      // Where only Docker's own tools get to the daemon, the user has to look.
      const removed = docker === undefined ? [] : await removeContainers(docker, request);
      return removed
        .map((name) => `removed container ${name}, which was left by an update that was killed`)
        .join("\n");
    } catch (error) {
      throw new UserError(`Docker: ${(error as Error).message}`, { cause: error });
    }
  },
});
