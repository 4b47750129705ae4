/**
 * `npm run doctor -- --namespace N --pod P --endpoint HOST:PORT`: which idle timeout applies to a pod's
 * connections, and what sets it.
 */
import { runDoctor } from "./doctor/run.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import { print, sayAs } from "./output.ts";

void runDoctor(process.argv.slice(2), {
  kubectlFor,
  print,
  say: sayAs("doctor"),
}).then((code) => {
  process.exitCode = code;
});
