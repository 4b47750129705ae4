import * as pulumi from "@pulumi/pulumi";
import { safeLines, safeText } from "../../report/safeText.ts";

/**
 * A mistake of the user's, which Pulumi shows as it is.
 *
 * It has no stack. None is shown, but the SDK formats it all the same, and Node.js 20 takes a minute of
 * computing for one with frames such as `node_modules/@pulumi/output.ts`, as those within `apply` have.
 *
 * @param message one line, or a heading with a line for each problem below.
 */
export function userError(message: string): pulumi.RunError {
  const error = new pulumi.RunError(safeLines(message));
  delete error.stack;
  return error;
}

/** The same for several problems at once. */
export function userErrors(heading: string, problems: readonly string[]): pulumi.RunError {
  return userError(`${heading}:\n${problems.map((line) => `  ${safeText(line)}`).join("\n")}`);
}
