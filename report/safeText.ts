/**
 * Text from outside (names, error messages, log lines) as it may be shown. A terminal obeys control characters and
 * reorders text by bidi controls, and a line break begins a line that looks as if this program had said it.
 */

/** Line breaks and tabs: what separates words becomes one space each. */
const BREAKS = /\r\n|[\t\n\v\f\r\u0085\u2028\u2029]/g;

/** C0, DEL and C1 controls, line separators, bidi controls, and halves of characters. */
const UNSAFE =
  // eslint-disable-next-line no-control-regex
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Makes one line that can be shown: a control character becomes U+FFFD, a line break a space. */
export function safeText(text: string): string {
  return text.replaceAll(BREAKS, " ").replaceAll(UNSAFE, "\ufffd");
}

/** Makes text of several lines that can be shown; only `\n` breaks a line. */
export function safeLines(text: string): string {
  return text.split("\n").map(safeText).join("\n");
}

/** Writes JSON that can be shown: what would be unsafe is escaped, so that a reader gets it back. */
export function safeJson(value: unknown): string {
  // Within strings JSON.stringify leaves of all these only those above U+001F.
  return escapeUnsafe(JSON.stringify(value, undefined, 2));
}

/** Escapes what would be unsafe, but for `\n`, as JSON and YAML do between double quotes. */
export function escapeUnsafe(text: string): string {
  return text.replaceAll(UNSAFE, (found) =>
    found === "\n" ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Makes one line of Markdown that shows the text as it is: no HTML, no links or images, no cell of its own. */
export function markdownText(text: string): string {
  return safeText(text)
    .replaceAll(/[\\`*[\]|]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
}

/** Makes one line for an element or a quoted attribute of HTML or XML that shows the text as it is. */
export function markupText(text: string): string {
  return safeText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Writes text as one word of a POSIX shell's command line. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
