/** An expected failure, for the user to act on: its message is shown as it is, without a stack trace. */
export class UserError extends Error {}
