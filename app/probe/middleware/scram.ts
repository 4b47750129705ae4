import { createHash, createHmac, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";

import { oneLine } from "./text.ts";

/**
 * The client's side of SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, and
 * nobody who listens learns it.
 */
export type ScramMechanism = "SCRAM-SHA-1" | "SCRAM-SHA-256";

const HASHES = { "SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256" } as const;
const LENGTHS = { sha1: 20, sha256: 32 } as const;
/** "No channel binding", which `n,,` stands for, in base64. */
const GS2_HEADER = "n,,";
/** Fewer rounds make a password cheap to guess; RFC 7677 asks for that many at least. */
const MIN_ITERATIONS = 4096;
/** More would only keep the probe busy: MongoDB's default is 15000. */
const MAX_ITERATIONS = 1_000_000;

const derive = promisify(pbkdf2);

export interface ScramFinal {
  /** To be sent to the server. */
  message: string;
  /** Base64 of what the server has to answer, which proves that it knows the password too. */
  serverSignature: string;
}

/** The start of the client's first message that counts for the proof. */
export function clientFirstBare(username: string, nonce: string): string {
  return `n=${username.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`;
}

/** The client's first message. */
export function clientFirst(bare: string): string {
  return GS2_HEADER + bare;
}

/**
 * The client's second and last message.
 *
 * @param password as the mechanism takes it: prepared by SASLprep, for SCRAM-SHA-1 in MongoDB a digest.
 * @param serverFirst what the server answered to the first message.
 * @throws Error where the answer does not belong to the first message, or is too weak.
 */
export async function clientFinal(
  mechanism: ScramMechanism,
  password: string,
  bare: string,
  serverFirst: string,
): Promise<ScramFinal> {
  const { r: nonce = "", s: salt = "", i: iterations = "" } = scramFields(serverFirst);
  const ownNonce = scramFields(bare).r ?? "";
  const rounds = Number(iterations);
  if (!nonce.startsWith(ownNonce) || nonce.length === ownNonce.length) {
    throw new Error(`the server's ${mechanism} does not go on with the client's nonce`);
  }
  if (!(rounds >= MIN_ITERATIONS && rounds <= MAX_ITERATIONS)) {
    throw new Error(
      `the server's ${mechanism} has ${oneLine(iterations)} iterations: from ${MIN_ITERATIONS} to ` +
        `${MAX_ITERATIONS} are accepted`,
    );
  }
  const hash = HASHES[mechanism];
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const salted = await derive(password, Buffer.from(salt, "base64"), rounds, LENGTHS[hash], hash);
  const clientKey = hmac(salted, "Client Key");
  const storedKey = createHash(hash).update(clientKey).digest();
  const withoutProof = `c=${Buffer.from(GS2_HEADER).toString("base64")},r=${nonce}`;
  const authMessage = `${bare},${serverFirst},${withoutProof}`;
  const signature = hmac(storedKey, authMessage);
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
  return {
    message: `${withoutProof},p=${proof.toString("base64")}`,
    serverSignature: hmac(hmac(salted, "Server Key"), authMessage).toString("base64"),
  };
}

/** The fields of a message of SCRAM, e.g. `r` for the nonce. */
export function scramFields(message: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    message.split(",").map((field) => [field.slice(0, 1), field.slice(2)] as const),
  );
}
