import type { IdleLimit } from "../sample.ts";
import type { Channel } from "./channel.ts";

/** Credentials of one user; each is absent if the server needs none. */
export interface Credentials {
  username?: string;
  password?: string;
}

/**
 * The part of a server's protocol that a probe needs. None of these has a time limit: the owner of the socket destroys
 * it when an answer takes too long, and the promise rejects.
 */
export interface Protocol {
  /**
   * Does everything before the first question: greeting, handshake, login.
   *
   * @returns a note that a reader has to know, e.g. that the server wants a password; undefined without one.
   * @throws Error of one line with the server's words.
   */
  open(channel: Channel, credentials: Credentials): Promise<string | undefined>;
  /** Asks a question that changes nothing, and waits for its answer. */
  ping?: (channel: Channel) => Promise<void>;
  /** Asks a question that takes the server `ms` to answer, changes nothing and blocks no other client. */
  slow?: (channel: Channel, ms: number) => Promise<void>;
  /** Asks for the server's own limit on idle connections; undefined if the server does not tell it. */
  idleLimit?: (channel: Channel) => Promise<IdleLimit | undefined>;
}
