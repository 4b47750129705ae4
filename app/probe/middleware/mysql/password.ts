import { constants, createHash, publicEncrypt } from "node:crypto";

/** Plugin by which a password is proven to MySQL without sending it in clear text. */
export interface PasswordPlugin {
  /** Makes the proof that goes with the login, or that answers a switch to this plugin. */
  prove(password: string, nonce: Buffer): Buffer;
}

const NOTHING = Buffer.alloc(0);

/**
 * Plugins by name. Others are refused; `mysql_clear_password` would show the password to an eavesdropper. This is a Map
 * because servers choose the names that are looked up, and every object has a key `constructor`.
 */
export const passwordPlugins: ReadonlyMap<string, PasswordPlugin> = new Map([
  [
    "mysql_native_password",
    {
      // SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password))).
      prove: (password: string, nonce: Buffer) => {
        const once = hash("sha1", Buffer.from(password));
        const twice = hash("sha1", once);
        return password === "" ? NOTHING : xor(once, hash("sha1", nonce, twice));
      },
    },
  ],
  [
    "caching_sha2_password",
    {
      // SHA256(password) XOR SHA256(SHA256(SHA256(password)) + nonce).
      prove: (password: string, nonce: Buffer) => {
        const once = hash("sha256", Buffer.from(password));
        const twice = hash("sha256", once);
        return password === "" ? NOTHING : xor(once, hash("sha256", twice, nonce));
      },
    },
  ],
]);

/**
 * Encrypts the password for a server of `caching_sha2_password` that has not cached it. Only the owner of the private
 * key can read it, and the nonce makes it work only once.
 *
 * @param publicKey PEM, as the server sends it.
 */
export function encryptPassword(password: string, nonce: Buffer, publicKey: string): Buffer {
  const text = Buffer.from(`${password}\0`);
  const mask = Buffer.alloc(text.length, nonce);
  return publicEncrypt(
    { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING },
    xor(text, mask),
  );
}

function hash(algorithm: string, ...parts: readonly Buffer[]): Buffer {
  return createHash(algorithm).update(Buffer.concat(parts)).digest();
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}
