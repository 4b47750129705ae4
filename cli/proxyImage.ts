/**
 * `node --import tsx cli/proxyImage.ts`: asks the cluster which proxy image the mesh gives to pods of a
 * namespace. Its name on stdout, all else on stderr.
 */
import { parseArgs } from "node:util";

import { kubectlFor, KubectlError } from "./kubectl.ts";
import { findProxyImage } from "./injection.ts";
import { MeasureError, systemClock } from "./world.ts";

const USAGE = "usage: node --import tsx cli/proxyImage.ts --namespace N [--context C]";

async function main(argv: string[]): Promise<number> {
  const { namespace, context } = parseArgs({
    args: argv,
    options: { namespace: { type: "string" }, context: { type: "string" } },
  }).values;
  if (namespace === undefined) {
    say(USAGE);
    return 2;
  }
  const interrupted = new AbortController();
  process.once("SIGINT", () => {
    interrupted.abort();
  });
  process.once("SIGTERM", () => {
    interrupted.abort();
  });
  const { signal } = interrupted;
  try {
    const world = {
      kubectl: kubectlFor({ namespace, context, signal }),
      clock: systemClock(signal),
      report: say,
    };
    console.log(await findProxyImage(world, namespace));
    return 0;
  } catch (error) {
    if (error instanceof MeasureError || error instanceof KubectlError) {
      say(error.message);
      return 1;
    }
    throw error;
  }
}

function say(line: string): void {
  process.stderr.write(`proxy image: ${line}\n`);
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
