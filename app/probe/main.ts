/**
 * The program in the probe's container. `serve` is its main process and holds the connections; the
 * other commands are short clients, run in the same container, that print one line of JSON.
 *
 * Exit codes: 0 answered, 1 the probe can't be reached, 2 the request is wrong.
 */
import { systemClock } from "./clock.ts";
import { check } from "./check.ts";
import { readCredentials } from "./credentials.ts";
import { ask } from "./exchange.ts";
import { rehearse } from "./rehearsal.ts";
import { parseRun, parseSpec, parseTarget, parseWaitMs, RequestError } from "./request.ts";
import { serve, socketPath } from "./server.ts";
import type { Question } from "./server.ts";

const USAGE =
  `usage: main.ts serve | check '{"middleware":M,"host":H,"port":P}' | ` +
  `start '{"run":R,"observeMs":MS,"connections":N,"repetitions":N,` +
  `"tests":[{"middleware":M,"host":H,"port":P,"mode":M}]}' | status RUN [WAIT_MS]`;

const directory = process.env.PROBE_DIR ?? "/var/run/probe";
const credentials = (): ReturnType<typeof readCredentials> =>
  readCredentials(process.env.PROBE_CREDENTIALS ?? "/etc/probe/credentials.json");

async function main([command, request = "", wait, ...rest]: string[]): Promise<void> {
  if (rest.length > 0) {
    throw new RequestError(USAGE);
  }
  switch (command) {
    case "serve":
      await runServer();
      break;
    case "check":
      print(await check(parseTarget(request), await credentials()));
      break;
    case "start":
      print(await question({ command, spec: parseSpec(request) }));
      break;
    case "status":
      print(await question({ command, run: parseRun(request), waitMs: parseWaitMs(wait ?? "0") }));
      break;
    default:
      throw new RequestError(USAGE);
  }
}

async function runServer(): Promise<void> {
  await rehearse(systemClock);
  const log = (line: string): void => {
    console.log(line);
  };
  const server = await serve(directory, { clock: systemClock, credentials, log });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // Node as pid 1 has no default action for either.
    process.once(signal, () => {
      void server.close().finally(() => process.exit(0));
    });
  }
}

async function question(asked: Question): Promise<unknown> {
  return ask(socketPath(directory), asked);
}

function print(answer: unknown): void {
  console.log(JSON.stringify(answer));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`probe: ${(error as Error).message}\n`);
  process.exitCode = error instanceof RequestError ? 2 : 1;
});
