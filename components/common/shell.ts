import type { Requests } from "../../model/requests.ts";
import { shellWord } from "../../report/safeText.ts";

/** Joins program and arguments to one line that a POSIX shell splits into the same words again. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** Writes the shell command that asks a program in `cli`. The request must hold no secret. */
export function programCommand<Name extends keyof Requests>(
  name: Name,
  request: Requests[Name],
): string {
  return shellCommand(["node", "--import", "tsx", `cli/${name}.ts`, JSON.stringify(request)]);
}
