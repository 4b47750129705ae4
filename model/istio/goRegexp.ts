/** Spelled otherwise in Go, and alike in meaning. */
const TRANSLATIONS: readonly (readonly [RegExp, string])[] = [
  [/\(\?P</g, "(?<"],
  [/\\A/g, "^"],
  [/\\z/g, "$"],
  [/\[\[:digit:\]\]/g, "[0-9]"],
  [/\[\[:alpha:\]\]/g, "[A-Za-z]"],
  [/\[\[:alnum:\]\]/g, "[0-9A-Za-z]"],
  [/\[\[:space:\]\]/g, "\\s"],
];

/** Syntax that only one of the two languages has, or has with another meaning. */
const FOREIGN = /\(\?[=!<][=!]?(?![A-Za-z_]\w*>)|\(\?[imsU-]+[:)]|\[\[:|\\[1-9kpPQEZCuc]/;

/**
 * Whether a text matches a regular expression of Go's kind.
 *
 * @returns undefined where that can't be told, because JavaScript has nothing that means the same.
 */
export function matchesGoRegexp(expression: string, text: string): boolean | undefined {
  // Flags are taken at the very beginning alone, where they hold for the whole.
  const [flagged = "", flags = ""] = /^\(\?([ims]+)\)/.exec(expression) ?? [];
  const plain = TRANSLATIONS.reduce(
    (result, [spelling, meaning]) => result.replace(spelling, meaning),
    expression.slice(flagged.length),
  );
  if (FOREIGN.test(plain)) {
    return undefined;
  }
  try {
    return new RegExp(plain, [...new Set(flags)].join("")).test(text);
  } catch {
    return undefined;
  }
}
