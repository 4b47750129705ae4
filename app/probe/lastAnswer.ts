import { CONNECT_LIMIT_MS, errnoName } from "./connect.ts";
import type { Channel } from "./middleware/channel.ts";
import type { Protocol } from "./middleware/protocol.ts";
import { within } from "./within.ts";

/**
 * Time limit for the answer on a connection that seems to be open, in ms: what the login is given too, so that a slow
 * server does not count as a dead connection.
 */
export const ANSWER_LIMIT_MS = CONNECT_LIMIT_MS;

/**
 * Asks the endpoint of a connection that seems to be open for an answer: a path that forgot the connection, as a NAT
 * does, sends no FIN.
 *
 * @param asked the answer to a question that has been asked already, if one is awaited.
 * @returns `ok`, or why there was no answer; undefined if the protocol has no question.
 */
export async function lastAnswer(
  protocol: Protocol,
  channel: Channel,
  asked?: Promise<void>,
  limitMs = ANSWER_LIMIT_MS,
): Promise<string | undefined> {
  const answer = asked ?? protocol.ping?.(channel);
  return (
    answer &&
    within(limitMs, () => "ETIMEDOUT", answer).then(
      () => "ok",
      (error: unknown) => errnoName(error as Error),
    )
  );
}
