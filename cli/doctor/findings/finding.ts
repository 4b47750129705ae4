import { CODES, SEVERITIES } from "./codes.ts";
import type { Code, Severity } from "./codes.ts";

/** An object of the cluster. */
export interface ObjectReference {
  kind: string;
  namespace?: string;
  name: string;
}

/** Something that does not work, or works otherwise than it looks. */
export interface Finding {
  code: Code;
  severity: Severity;
  /** The object to change; absent where that is no single object. */
  object?: ObjectReference;
  reason: string;
  /** The fix, as one instruction. */
  fix: string;
}

export function finding(
  code: Code,
  { object, reason, fix }: Pick<Finding, "object" | "reason" | "fix">,
): Finding {
  return { code, severity: CODES[code], ...(object !== undefined && { object }), reason, fix };
}

/** A reference to an object as the API server gives it. */
export function referenceTo(
  kind: string,
  { namespace, name }: { namespace: string; name: string },
): ObjectReference {
  return { kind, namespace, name };
}

/** `EnvoyFilter shop/idle-timeout`. */
export function describeObject({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** In one line, without its code. */
export function describeFinding({ object, reason, fix }: Finding): string {
  return `${object === undefined ? "" : `${describeObject(object)}: `}${reason}; ${fix}`;
}

/** Whether any finding is at least that grave. */
export function atLeast(findings: readonly Finding[], least: Severity): boolean {
  const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);
  return findings.some(({ severity }) => rank(severity) >= rank(least));
}
