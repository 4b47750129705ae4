/** Tells which files of a build context a `.dockerignore` leaves out. */
export interface IgnoreRules {
  ignores(path: string): boolean;
  /** Whether anything below an ignored folder may have been taken back in. */
  hasExceptions: boolean;
}

/** Reads a `.dockerignore`: the last line that matches a path or a folder above it decides. */
export function parseIgnore(text: string): IgnoreRules {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const exception = line.startsWith("!");
      return { exception, pattern: toRegExp(exception ? line.slice(1).trim() : line) };
    });
  return {
    ignores: (path) =>
      rules.reduce(
        (ignored, { exception, pattern }) => (pattern.test(path) ? !exception : ignored),
        false,
      ),
    hasExceptions: rules.some(({ exception }) => exception),
  };
}

function toRegExp(pattern: string): RegExp {
  const clean = pattern
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
  let source = "";
  for (let rest = clean; rest !== "";) {
    const [token, translated] = translate(rest);
    source += translated;
    rest = rest.slice(token.length);
  }
  return new RegExp(`^${source}(/.*)?$`);
}

const TRANSLATIONS: [RegExp, (token: string) => string][] = [
  [/^\*\*\//, () => "(.*/)?"],
  [/^\*\*/, () => ".*"],
  [/^\*/, () => "[^/]*"],
  [/^\?/, () => "[^/]"],
  [/^\[[^\]]+\]/, (token) => token],
  [/^\\./, (token) => token],
  [/^./, (token) => token.replace(/[.+^${}()|[\]\\]/, "\\$&")],
];

function translate(rest: string): [string, string] {
  for (const [start, translation] of TRANSLATIONS) {
    const token = start.exec(rest)?.[0];
    if (token !== undefined) {
      return [token, translation(token)];
    }
  }
  throw new Error(`can't read the ignore pattern at "${rest}"`);
}
