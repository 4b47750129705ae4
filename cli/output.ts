import { safeLines, safeText } from "../report/safeText.ts";

/** The way of all text to the terminal: nothing from outside gets there with control characters in it. */

/** Prints text of several lines to stdout. */
export function print(text: string): void {
  process.stdout.write(safeLines(text));
}

/** Makes what tells the person one line of a program, on stderr. */
export function sayAs(program: string): (line: string) => void {
  return (line) => {
    process.stderr.write(`${program}: ${safeText(line)}\n`);
  };
}
