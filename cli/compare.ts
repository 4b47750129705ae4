/**
 * `npm run compare -- [STACK...]`: what was measured in several stacks, side by side.
 */
import { compare } from "./stacks/compareStacks.ts";
import { pulumi } from "./stacks/stackRecords.ts";

void compare(process.argv.slice(2), {
  pulumi,
  print: (text) => process.stdout.write(text),
  say: (line) => process.stderr.write(`compare: ${line}\n`),
}).then((code) => {
  process.exitCode = code;
});
