import * as v from "valibot";

/**
 * Kinds of fields that records are made of. Each one is bounded, so that a record from outside can neither
 * fill the memory nor the terminal. A message completes the sentence "FIELD must be ...".
 */

/** Longest name of something: a pod, a host, a filter chain. A longer one is refused. */
const MAX_NAME = 1000;

/** Longest sentence, such as a note. A longer one is cut. */
const MAX_SENTENCE = 4000;

/** Longest list of sentences about one thing. */
const MAX_SENTENCES = 1000;

/** Longest `google.protobuf.Duration`, 10,000 years, in ms: no idle timeout is longer. */
const MAX_MS = 315_576_000_000_000;

export const name = v.pipe(
  v.string("text"),
  v.maxLength(MAX_NAME, `text of at most ${MAX_NAME} characters`),
);

export const sentence = v.pipe(v.string("text"), v.transform(cut));

export const sentences = list(sentence, { max: MAX_SENTENCES });

/** How long something took, in ms. */
export const durationMs = numberFrom(0, MAX_MS);

/** A time before or after another one, in ms. */
export const offsetMs = numberFrom(-MAX_MS, MAX_MS);

export const port = wholeNumber(1, 65_535);

/** How often something happened. */
export const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

/** A point in time, ISO 8601 in UTC. */
export const instant = v.pipe(
  v.string("a time such as 2026-01-02T03:04:05.678Z"),
  v.check(
    (text) => INSTANT.test(text) && !Number.isNaN(Date.parse(text)),
    "a time such as 2026-01-02T03:04:05.678Z",
  ),
);

/** A flag that is absent where it does not hold. */
export const flag = v.exactOptional(v.literal(true));

export function numberFrom(min: number, max: number) {
  const expected = `a number from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.minValue(min, expected), v.maxValue(max, expected));
}

export function wholeNumber(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(min, expected),
    v.maxValue(max, expected),
  );
}

export function list<S extends v.GenericSchema>(
  item: S,
  { min = 0, max }: { min?: number; max: number },
) {
  const expected = `a list of ${min} to ${max}`;
  return v.pipe(v.array(item, "a list"), v.minLength(min, expected), v.maxLength(max, expected));
}

/** Text that a parser takes which throws for every other one. */
export function textFor(parse: (text: string) => unknown, expected: string) {
  return v.pipe(
    v.string(expected),
    v.check((text) => {
      try {
        parse(text);
        return true;
      } catch {
        return false;
      }
    }, expected),
  );
}

/** Shortens a text; what was cut once stays as it is. */
function cut(text: string): string {
  if (text.length <= MAX_SENTENCE) {
    return text;
  }
  const end = `... (${text.length} characters)`;
  return `${text.slice(0, MAX_SENTENCE - end.length)}${end}`;
}

/** Whether two types are the same; that one can be assigned to the other, and back, does not see optional fields. */
type Same<A, B> =
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * Ties a schema to a type that stands where no schema can, such as in the probe's image: compiles only when both say
 * the same, optional fields included.
 */
export function schemaOf<T>() {
  return <S extends v.GenericSchema>(
    schema: S & (Same<v.InferOutput<S>, T> extends true ? unknown : never),
  ): S => schema;
}
