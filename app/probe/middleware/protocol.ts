import type { IdleLimit } from "../sample.ts";
import type { Channel } from "./channel.ts";

/** What a server is told about who asks; absent where it is not asked to. */
export interface Credentials {
  username?: string;
  password?: string;
}

/**
 * What a kind of middleware says on the wire, as far as a probe needs it. Nothing here has a limit of time:
 * whoever opened the socket destroys it when that lasts too long, and what was awaited rejects.
 */
export interface Protocol {
  /**
   * Everything until the server takes questions: greeting, handshake, login.
   *
   * @returns a note where there is something worth knowing, e.g. that the server wants a password.
   * @throws Error of one line that names what the server said.
   */
  open(channel: Channel, credentials: Credentials): Promise<string | undefined>;
  /** One question that changes nothing, answered. */
  ping?: (channel: Channel) => Promise<void>;
  /** A question that takes the server `ms` to answer, changes nothing and blocks nobody else. */
  slow?: (channel: Channel, ms: number) => Promise<void>;
  /** The server's own limit on idle connections; undefined where it does not tell. */
  idleLimit?: (channel: Channel) => Promise<IdleLimit | undefined>;
}
