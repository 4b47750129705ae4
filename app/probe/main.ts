/** Main process of the probe's container. It holds the connections and answers `client.mjs`. */
import { systemClock } from "./clock.ts";
import { readCredentials } from "./credentials.ts";
import { rehearse } from "./rehearsal.ts";
import { serve } from "./server.ts";

const directory = process.env.PROBE_DIR ?? "/var/run/probe";
const credentials = (): ReturnType<typeof readCredentials> =>
  readCredentials(process.env.PROBE_CREDENTIALS ?? "/etc/probe/credentials.json");

async function main(): Promise<void> {
  await rehearse(systemClock);
  const log = (line: string): void => {
    console.log(line);
  };
  const server = await serve(directory, { clock: systemClock, credentials, log });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // Node.js as pid 1 has no default action for these signals.
    process.once(signal, () => {
      void server.close().finally(() => process.exit(0));
    });
  }
}

void main();
