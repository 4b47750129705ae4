/**
 * `npm run doctor -- --namespace N --pod P --endpoint HOST:PORT`: which idle timeout applies to a pod's
 * connections, and what sets it.
 */
import { runDoctor } from "./doctor/run.ts";
import { kubectlFor } from "./cluster/kubectl.ts";

void runDoctor(process.argv.slice(2), {
  kubectlFor,
  print: (text) => process.stdout.write(text),
  say: (line) => process.stderr.write(`doctor: ${line}\n`),
}).then((code) => {
  process.exitCode = code;
});
