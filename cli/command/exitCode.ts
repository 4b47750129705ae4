/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** The command could not do its work. */
  failed: 1,
  /** The command was called in a wrong way. */
  usage: 2,
  /** The command did its work, and what it found is not as asserted. */
  unmet: 3,
} as const;
