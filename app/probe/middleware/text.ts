/** Longest text of a server in a message, in characters. */
const MAX_LENGTH = 300;

/** Makes a server's text fit for a message: one line without control characters, cut after 300 characters. */
export function oneLine(said: string): string {
  const line = said.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ").trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}...` : line;
}
