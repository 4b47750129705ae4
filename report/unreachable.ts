/** Meanings of a failed connection's errno, for the user who named the endpoint. */
const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "the name does not exist",
  EAI_AGAIN: "the name can't be resolved",
  ETIMEDOUT: "nothing answers there; a firewall or network policy may be in the way",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
};

/**
 * Why no connection came about: `nothing listens there (ECONNREFUSED 10.0.0.5:6379)`.
 *
 * @param error what the probe says, which begins with the errno name.
 */
export function whyUnreachable(error: string): string {
  const [errno = ""] = error.split(" ");
  return `${HINTS[errno] ?? "no connection came about"} (${error})`;
}
