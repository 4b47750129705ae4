/**
 * `node --import tsx cli/removeContainers.ts OWNER NAME [ID]`: what the program runs to be rid of containers
 * that its state does not know, because the update that made them was killed.
 */
import { dockerAddresses, findDocker } from "./cluster/docker.ts";
import { print, sayAs } from "./output.ts";
import { removeContainers } from "./cluster/leftovers.ts";

async function main([owner = "", name = "", kept]: string[]): Promise<void> {
  const docker = await findDocker(dockerAddresses(process.env));
  if (docker === undefined) {
    return; // Only Docker's own tools get there, and to look is the user's.
  }
  for (const removed of await removeContainers(docker, { owner, name, kept })) {
    print(`removed container ${removed}, which was left by an update that was killed\n`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  sayAs("Docker")((error as Error).message);
  process.exitCode = 1;
});
