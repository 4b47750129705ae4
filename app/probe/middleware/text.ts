/** Longest text of a server that goes into a message. */
const MAX_LENGTH = 300;

/** What a server said, fit for a message of one line. */
export function oneLine(said: string): string {
  // eslint-disable-next-line no-control-regex -- that is what has to go
  const line = said.replace(/[\x00-\x1f\x7f]+/g, " ").trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}...` : line;
}
