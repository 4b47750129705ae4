import { join } from "node:path";

import { check } from "./check.ts";
import { listen } from "./exchange.ts";
import { parseRun, parseSpec, parseTarget, parseWaitMs, RequestError } from "./request.ts";
import { Runs } from "./runs.ts";
import type { RunsContext } from "./runs.ts";
import { RunStore } from "./store.ts";

/** Question of `client.mjs`: the arguments of its command line. */
interface Question {
  command?: string;
  request: string;
  wait?: string;
}

/** Returns the path of the unix socket that the probe listens on. */
export function socketPath(directory: string): string {
  return join(directory, "probe.sock");
}

/** A probe that answers questions. */
export interface ProbeServer {
  /** Closes every connection, and settles when all runs are stored. */
  close(): Promise<void>;
}

/** Loads earlier runs from `directory`, then answers questions until it is closed. */
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
          `unknown command ${JSON.stringify(command)}: use check, start or status`,
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
