import { UserError } from "../../model/userError.ts";

/** A command line that can't be followed. */
export class UsageError extends UserError {
  /** @param problems everything that is wrong, one line each. */
  constructor(readonly problems: readonly string[]) {
    super(problems.join("; "));
  }
}
