import { join } from "node:path";

import { listen } from "./exchange.ts";
import type { ProbeSpec } from "./record.ts";
import { Runs } from "./runs.ts";
import type { RunsContext } from "./runs.ts";
import { RunStore } from "./store.ts";

/** What the clients in {@link file://./main.ts} ask of the process that holds the connections. */
export type Question =
  { command: "start"; spec: ProbeSpec } | { command: "status"; run: string; waitMs: number };

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
    const asked = question as Question;
    return asked.command === "start"
      ? runs.start(asked.spec)
      : runs.status(asked.run, asked.waitMs);
  });
  context.log(`listening on ${socketPath(directory)}`);
  return {
    close: async () => {
      server.close();
      await runs.close();
    },
  };
}
