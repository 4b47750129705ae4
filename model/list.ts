/**
 * Reads a list of allowed words such as `a,b`, none of them twice.
 *
 * @param what name of one word, for the message: `a mode`.
 * @param others other values that the setting takes, for the message: `all, or `.
 * @throws Error with one line for the user.
 */
export function parseList<T extends string>(
  text: string,
  allowed: readonly T[],
  what: string,
  others = "",
): T[] {
  const words = text.split(",").map((word) => word.trim());
  const twice = words.find((word, place) => words.indexOf(word) !== place);
  if (twice !== undefined) {
    throw new Error(`${JSON.stringify(text)} names ${JSON.stringify(twice)} twice`);
  }
  return words.map((word) => {
    const found = allowed.find((each) => each === word);
    if (found === undefined) {
      throw new Error(
        `${JSON.stringify(word)} is not ${what}; use ${others}one or more of ${allowed.join(", ")}, separated by commas`,
      );
    }
    return found;
  });
}
