import type { AllCredentials } from "../../app/probe/credentials.ts";
import type { MiddlewareKind } from "../../app/probe/sample.ts";
import type { ServerKind } from "../../model/target.ts";

/** Kinds that ask who it is, and whether by name too. */
const KINDS = ["redis", "mysql", "mongodb"] as const satisfies readonly ServerKind[];

type CredentialKind = (typeof KINDS)[number];
export type CredentialKey = `${CredentialKind}${"Username" | "Password"}`;

/** The settings that hold credentials: of their own each, because a secret inside a list would not stay one. */
export const CREDENTIAL_KEYS = KINDS.flatMap(
  (kind) => [`${kind}Username`, `${kind}Password`] as const,
);

/** What was set; a kind of which nothing was has none. */
export function credentialsOf(
  values: Partial<Record<CredentialKey, string | undefined>>,
): AllCredentials {
  return Object.fromEntries(
    KINDS.flatMap((kind) => {
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
 * What is wrong with credentials that were set, one line each. Their values are not repeated.
 *
 * @param middleware kinds at the endpoints that exist already; none where the stack runs its servers itself.
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
          `${key}: is for an endpoint that exists already and speaks ${kind}; set endpoint, and middleware to ` +
            `${kind}, or remove the key`,
        ];
  });
}
