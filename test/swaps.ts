import fc from "fast-check";

type Path = (string | number)[];

/** Values that no field takes, or not every one. */
const FOREIGN: readonly unknown[] = [
  null,
  true,
  "",
  "text",
  "\u001b[31m\u202e\nstack  forged",
  "x".repeat(100_000),
  -1,
  0.5,
  1e308,
  [],
  [[]],
  {},
  { constructor: 1 },
];

/** Every place in a JSON value, its own included. */
function placesIn(value: unknown, path: Path = []): Path[] {
  const children =
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, child]) =>
          placesIn(child, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : [];
  return [path, ...children];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) {
    return by;
  }
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

/** A JSON value in which something is not what it should be; `path` is what jq takes. */
export function swapped(value: unknown): fc.Arbitrary<{ path: string; value: unknown }> {
  return fc
    .record({ path: fc.constantFrom(...placesIn(value)), by: fc.constantFrom(...FOREIGN) })
    .map(({ path, by }) => ({
      path: path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join(""),
      value: replaced(value, path, by),
    }));
}

/** A JSON value from which a field is missing. */
export function lacking(value: object): fc.Arbitrary<unknown> {
  const places = placesIn(value).filter((path) => typeof path.at(-1) === "string");
  // JSON leaves out what is undefined.
  return fc
    .constantFrom(...places)
    .map((path) => JSON.parse(JSON.stringify(replaced(value, path, undefined))) as unknown);
}
