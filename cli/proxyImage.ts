/**
 * `node --import tsx cli/proxyImage.ts`: asks the cluster which proxy image the mesh gives to pods of a
 * namespace. Its name on stdout, all else on stderr.
 */
import { parseArgs } from "node:util";

import { findProxyImage } from "./sidecar/findProxyImage.ts";
import { sayAs } from "./output.ts";
import { answerQuestion } from "./cluster/question.ts";

const USAGE = "usage: node --import tsx cli/proxyImage.ts --namespace N [--context C]";

const say = sayAs("proxy image");

async function main(argv: string[]): Promise<number> {
  const { namespace, context } = parseArgs({
    args: argv,
    options: { namespace: { type: "string" }, context: { type: "string" } },
  }).values;
  if (namespace === undefined) {
    say(USAGE);
    return 2;
  }
  return answerQuestion({ namespace, context }, say, (world) => findProxyImage(world, namespace));
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
