/** An option that is given or not: `--quiet`. */
export interface Flag {
  kind: "flag";
  /** One sentence for the help. */
  about: string;
  /** Letter of the short form. */
  short?: string;
}

/** An option with a value: `--endpoint HOST:PORT`. */
export interface ValueOption<T = unknown, Required extends boolean = boolean> {
  kind: "value";
  /** Stands for the value in the help: `HOST:PORT`. */
  placeholder: string;
  about: string;
  short?: string;
  required: Required;
  /** Reads the value; throws an Error whose message is one line for the user. */
  parse: (text: string) => T;
}

export type Option = Flag | ValueOption;

/** Options by their long names. */
export type Options = Readonly<Record<string, Option>>;

/** Values of options: a flag's is whether it was given, an optional one's may be undefined. */
export type ValuesOf<O extends Options> = {
  [Name in keyof O]: O[Name] extends ValueOption<infer T, infer Required>
    ? Required extends true
      ? T
      : T | undefined
    : boolean;
};

export function flag(about: string, short?: string): Flag {
  return { kind: "flag", about, ...(short !== undefined && { short }) };
}

export function required<T>(
  placeholder: string,
  about: string,
  parse: (text: string) => T,
  short?: string,
): ValueOption<T, true> {
  return valueOption(true, placeholder, about, parse, short);
}

export function optional<T>(
  placeholder: string,
  about: string,
  parse: (text: string) => T,
  short?: string,
): ValueOption<T, false> {
  return valueOption(false, placeholder, about, parse, short);
}

function valueOption<T, Required extends boolean>(
  isRequired: Required,
  placeholder: string,
  about: string,
  parse: (text: string) => T,
  short: string | undefined,
): ValueOption<T, Required> {
  return {
    ...{ kind: "value", placeholder, about, required: isRequired, parse },
    ...(short !== undefined && { short }),
  };
}

/** Takes any text that is not empty. */
export function anyText(text: string): string {
  return text;
}

/** Returns a parser that takes one of several words. */
export function oneOf<T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) {
      throw new Error(`${JSON.stringify(text)} is none of ${words.join(", ")}`);
    }
    return found;
  };
}
