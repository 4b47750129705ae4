/** Longest text of a server that goes into a message. */
const MAX_LENGTH = 300;

/** What a server said, fit for a message of one line. */
export function oneLine(said: string): string {
  const line = said.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ").trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}...` : line;
}
