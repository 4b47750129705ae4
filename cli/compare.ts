/**
 * `npm run compare -- [STACK...]`: what was measured in several stacks, side by side.
 */
import { print, sayAs } from "./output.ts";
import { compare } from "./stacks/compareStacks.ts";
import { pulumi } from "./stacks/stackRecords.ts";

void compare(process.argv.slice(2), {
  pulumi,
  print,
  say: sayAs("compare"),
}).then((code) => {
  process.exitCode = code;
});
