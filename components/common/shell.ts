import type { Requests } from "../../model/requests.ts";

/** Joins program and arguments to one line that a POSIX shell splits into the same words again. */
export function shellCommand(words: readonly string[]): string {
  return words.map(quote).join(" ");
}

/** Writes the shell command that asks a program in `cli`. The request must hold no secret. */
export function programCommand<Name extends keyof Requests>(
  name: Name,
  request: Requests[Name],
): string {
  return shellCommand(["node", "--import", "tsx", `cli/${name}.ts`, JSON.stringify(request)]);
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
