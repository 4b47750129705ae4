import { UserError } from "../../model/userError.ts";

/** A mistake of the user's or a state they have to know of: shown as it is, without a stack. */
export class LabError extends UserError {}
