import { createHash, createHmac, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";

import { oneLine } from "./text.ts";

/**
 * Mechanism of SCRAM (RFC 5802, RFC 7677), whose client side is below. Both sides prove that they know the password,
 * and an eavesdropper does not learn it.
 */
export type ScramMechanism = "SCRAM-SHA-1" | "SCRAM-SHA-256";

const HASHES = { "SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256" } as const;
const LENGTHS = { sha1: 20, sha256: 32 } as const;
/** Header of a client without channel binding. */
const GS2_HEADER = "n,,";
/** Fewest iterations, as RFC 7677 demands; fewer make a password cheap to guess. */
const MIN_ITERATIONS = 4096;
/** Most iterations; more would keep the probe busy. MongoDB's default is 15000. */
const MAX_ITERATIONS = 1_000_000;

const derive = promisify(pbkdf2);

/** The client's last message, and the answer that it must get. */
export interface ScramFinal {
  /** Message to the server. */
  message: string;
  /** Signature in base64 that the server must answer, which proves that it knows the password too. */
  serverSignature: string;
}

/** Makes the part of the client's first message that the proof covers. */
export function clientFirstBare(username: string, nonce: string): string {
  return `n=${username.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`;
}

/** Makes the client's first message of that part. */
export function clientFirst(bare: string): string {
  return GS2_HEADER + bare;
}

/**
 * Makes the client's second and last message.
 *
 * @param password as the mechanism takes it: prepared by SASLprep, or MongoDB's digest for SCRAM-SHA-1.
 * @param bare from {@link clientFirstBare}.
 * @param serverFirst the server's answer to the first message.
 * @throws Error if that answer does not belong to the first message, or its iterations are too few or too many.
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
    throw new Error(`the server's ${mechanism} answer does not continue the client's nonce`);
  }
  if (!(rounds >= MIN_ITERATIONS && rounds <= MAX_ITERATIONS)) {
    throw new Error(
      `the server's ${mechanism} answer has ${oneLine(iterations)} iterations; the probe accepts ` +
        `${MIN_ITERATIONS} to ${MAX_ITERATIONS}`,
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

/** Splits a message of SCRAM into its fields by their letters, e.g. `r` for the nonce. */
export function scramFields(message: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    message.split(",").map((field) => [field.slice(0, 1), field.slice(2)] as const),
  );
}
