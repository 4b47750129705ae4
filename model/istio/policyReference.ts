/** Kinds of objects that set a sidecar's idle timeout, or avoid it. */
export const POLICY_KINDS = ["EnvoyFilter", "DestinationRule"] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** Object in the namespace of the probes that sets or avoids the idle timeout. */
export interface PolicyReference {
  kind: PolicyKind;
  name: string;
}

/**
 * Reads `kind/name`.
 *
 * @throws Error with one line for the user.
 */
export function parsePolicyReference(text: string): PolicyReference {
  const [kind, name = "", ...rest] = text.split("/");
  const known = POLICY_KINDS.find((each) => each === kind);
  if (known === undefined || name === "" || rest.length > 0) {
    throw new Error(
      `${JSON.stringify(text)} is not KIND/NAME with a kind of ${POLICY_KINDS.join(" or ")}`,
    );
  }
  return { kind: known, name };
}
