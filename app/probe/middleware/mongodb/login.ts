import { createHash, randomBytes } from "node:crypto";

import type { BsonDocument } from "./bson.ts";
import type { Channel } from "../channel.ts";
import { run } from "./message.ts";
import { clientFinal, clientFirst, clientFirstBare, scramFields } from "../scram.ts";
import type { ScramMechanism } from "../scram.ts";

/**
 * Logs in as a user of the database `admin`.
 *
 * @param mechanisms the server's mechanisms for this user; undefined if it does not tell them.
 * @param nonce random printable characters without a comma.
 * @throws Error of one line with the server's words, such as "Authentication failed.".
 */
export async function login(
  channel: Channel,
  username: string,
  password: string,
  mechanisms: readonly unknown[] | undefined,
  nonce = randomBytes(18).toString("base64"),
): Promise<void> {
  const onlyOld = mechanisms?.includes("SCRAM-SHA-256") === false;
  const mechanism: ScramMechanism = onlyOld ? "SCRAM-SHA-1" : "SCRAM-SHA-256";
  const bare = clientFirstBare(username, nonce);
  const first = await run(channel, {
    saslStart: 1,
    mechanism,
    payload: Buffer.from(clientFirst(bare)),
    options: { skipEmptyExchange: true },
  });
  const final = await clientFinal(
    mechanism,
    prepared(mechanism, username, password),
    bare,
    payloadOf(first),
  );
  const proceed = (text: string): Promise<BsonDocument> =>
    run(channel, {
      saslContinue: 1,
      conversationId: Number(first.conversationId),
      payload: Buffer.from(text),
    });
  const last = await proceed(final.message);
  if (scramFields(payloadOf(last)).v !== final.serverSignature) {
    throw new Error(
      "MongoDB did not prove that it knows the password too: is it the right server?",
    );
  }
  // Servers before 4.4 want one more exchange, an empty one.
  if (last.done !== true) {
    await proceed("");
  }
}

function payloadOf({ payload }: BsonDocument): string {
  if (!Buffer.isBuffer(payload)) {
    throw new Error("MongoDB answered a login without a payload");
  }
  return payload.toString("utf8");
}

/**
 * Prepares a password: MongoDB's own digest for SCRAM-SHA-1, otherwise NFKC, which equals SASLprep for nearly all
 * passwords.
 */
function prepared(mechanism: ScramMechanism, username: string, password: string): string {
  return mechanism === "SCRAM-SHA-1"
    ? createHash("md5").update(`${username}:mongo:${password}`).digest("hex")
    : password.normalize("NFKC");
}
