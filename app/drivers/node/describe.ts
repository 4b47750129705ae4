import type { ErrorRow } from "./row.ts";

/** An error as code can recognise it. */
export function describe(error: unknown): ErrorRow {
  if (!(error instanceof Error)) {
    return { name: typeof error, message: String(error) };
  }
  const { code } = error as { code?: unknown };
  const { constructor, name, message } = error;
  // Some keep the name of the class they extend.
  return {
    name: name === "Error" ? constructor.name : name,
    ...((typeof code === "string" || typeof code === "number") && { code: String(code) }),
    message,
  };
}
