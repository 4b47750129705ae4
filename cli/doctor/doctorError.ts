import { UserError } from "../../model/userError.ts";

/** Why nothing could be looked at; the message is one line for the user. */
export class DoctorError extends UserError {}
