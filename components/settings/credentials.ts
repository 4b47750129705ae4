import type { AllCredentials } from "../../app/probe/credentials.ts";
import type { MiddlewareKind } from "../../app/probe/sample.ts";
import type { ServerKind } from "../../model/target.ts";
import { keysOf } from "./configKey.ts";
import type { ConfigKey } from "./configKey.ts";

/** Kinds of middleware at which the probes can log in. */
const KINDS = {
  redis: { server: "Redis", user: ", if it has users" },
  mysql: { server: "MySQL or MariaDB", user: ", where the user needs no rights" },
  mongodb: { server: "MongoDB", user: ", where the user needs no rights" },
} as const satisfies Partial<Record<ServerKind, object>>;

type CredentialKind = keyof typeof KINDS;
export type CredentialKey = `${CredentialKind}${"Username" | "Password"}`;

const CREDENTIAL_KINDS = Object.keys(KINDS) as CredentialKind[];

/** Keys that hold credentials. Each stands alone, because a secret inside a list would not stay secret. */
export const CREDENTIAL_KEYS = CREDENTIAL_KINDS.flatMap(
  (kind) => [`${kind}Username`, `${kind}Password`] as const,
);

/** Describes every key that holds credentials. */
export function credentialKeys(): Record<CredentialKey, ConfigKey> {
  const describe = keysOf("Credentials");
  const keys = CREDENTIAL_KINDS.flatMap((kind): [CredentialKey, ConfigKey][] => {
    const { server, user } = KINDS[kind];
    const username = `Sets the username with which the probes log in at an existing ${server}${user}`;
    const password = `Sets the password with which the probes log in at an existing ${server}`;
    return [
      [`${kind}Username`, describe("text", "", username)],
      [`${kind}Password`, { ...describe("text", "", password), secret: true }],
    ];
  });
  return Object.fromEntries(keys) as Record<CredentialKey, ConfigKey>;
}

/** Groups the credentials that were set by kind of middleware; a kind without any is left out. */
export function credentialsOf(
  values: Partial<Record<CredentialKey, string | undefined>>,
): AllCredentials {
  return Object.fromEntries(
    CREDENTIAL_KINDS.flatMap((kind) => {
      const username = values[`${kind}Username`];
      const password = values[`${kind}Password`];
      return username === undefined && password === undefined
        ? []
        : [
            [
              kind,
              {
                ...(username !== undefined && { username }),
                ...(password !== undefined && { password }),
              },
            ],
          ];
    }),
  );
}

/**
 * Lists problems with credentials that were set, one line each, without their values.
 *
 * @param middleware kinds at the existing endpoints; empty where the stack runs its own servers.
 */
export function credentialProblems(
  values: Partial<Record<CredentialKey, string | undefined>>,
  middleware: readonly MiddlewareKind[],
): string[] {
  return CREDENTIAL_KEYS.flatMap((key) => {
    const kind = key.replace(/Username$|Password$/, "") as CredentialKind;
    return values[key] === undefined || middleware.includes(kind)
      ? []
      : [
          `${key}: only an existing endpoint that speaks ${kind} takes it; set endpoint, and middleware to ${kind}, or ` +
            "remove the key",
        ];
  });
}
