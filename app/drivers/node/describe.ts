import type { ErrorRow } from "./row.ts";

/** Describes an error by what code can recognise: its class and its code. */
export function describe(error: unknown): ErrorRow {
  if (!(error instanceof Error)) {
    return { name: typeof error, message: String(error) };
  }
  const { code } = error as { code?: unknown };
  const { constructor, name, message } = error;
  // Some classes keep the name of the class that they extend.
  return {
    name: name === "Error" ? constructor.name : name,
    ...((typeof code === "string" || typeof code === "number") && { code: String(code) }),
    message,
  };
}
