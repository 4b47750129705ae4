import { LabError } from "./errors.ts";

/** Lab that commands work on unless `--name` names another. */
export const DEFAULT_LAB = "lab";

/**
 * Checks the name of a lab. It becomes part of a link's name, of which Linux takes 15 characters.
 *
 * @throws LabError when it can't be one.
 */
export function checkName(name: string): void {
  if (!/^[a-z][a-z0-9]{0,9}$/.test(name)) {
    throw new LabError(
      `Lab name "${name}": give 1 to 10 lower-case letters and digits, a letter first, e.g. --name two`,
    );
  }
}
