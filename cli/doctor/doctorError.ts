/** Why nothing could be looked at; the message is one line for the user. */
export class DoctorError extends Error {}
