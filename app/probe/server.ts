import { join } from "node:path";

import { check } from "./check.ts";
import { listen } from "./exchange.ts";
import { parseRun, parseSpec, parseTarget, parseWaitMs, RequestError } from "./request.ts";
import { Runs } from "./runs.ts";
import type { RunsContext } from "./runs.ts";
import { RunStore } from "./store.ts";

/** What {@link file://./client.mjs} asks, as it was told on its command line. */
interface Question {
  command?: string;
  request: string;
  wait?: string;
}

/** Where the probe listens for questions. */
export function socketPath(directory: string): string {
  return join(directory, "probe.sock");
}

export interface ProbeServer {
  /** Lets every connection go and settles when all that is known is on disk. */
  close(): Promise<void>;
}

/** Takes up earlier runs from `directory`, then answers questions until closed. */
export async function serve(directory: string, context: RunsContext): Promise<ProbeServer> {
  const runs = new Runs(new RunStore(directory), context);
  await runs.recover();
  const server = await listen(socketPath(directory), async (question) => {
    const { command, request, wait = "0" } = question as Question;
    switch (command) {
      case "check":
        return check(parseTarget(request), await context.credentials());
      case "start":
        return runs.start(parseSpec(request));
      case "status":
        return runs.status(parseRun(request), parseWaitMs(wait));
      default:
        throw new RequestError(
          `${JSON.stringify(command)} is nothing that can be asked; ask for check, start or status`,
        );
    }
  });
  context.log(`listening on ${socketPath(directory)}`);
  return {
    close: async () => {
      server.close();
      await runs.close();
    },
  };
}
