import * as pulumi from "@pulumi/pulumi";
import { safeLines, safeText } from "../../report/safeText.ts";

/**
 * Returns an error for the user, which Pulumi shows without a stack trace.
 *
 * The error has no stack: the SDK would format it although none is shown, and Node.js 20 computes for a minute on a stack
 * with frames such as `node_modules/@pulumi/output.ts`, which every `apply` has.
 *
 * @param message one line, or a heading with one line below it for each problem.
 */
export function userError(message: string): pulumi.RunError {
  const error = new pulumi.RunError(safeLines(message));
  delete error.stack;
  return error;
}

/** Returns one error that lists several problems for the user. */
export function userErrors(heading: string, problems: readonly string[]): pulumi.RunError {
  return userError(`${heading}:\n${problems.map((line) => `  ${safeText(line)}`).join("\n")}`);
}
