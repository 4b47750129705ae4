import type { Variant } from "../remedy.ts";
import { isAtLeast } from "../version.ts";
import type { Version } from "../version.ts";

/** Releases, from `since` to before `fixed`, in which connections to unknown hosts had no idle timeout by default. */
export const WITHOUT_DEFAULT = { since: [1, 14, 0], fixed: [1, 15, 2] } satisfies Record<
  string,
  Version
>;
/** First release that heeds `ISTIO_META_IDLE_TIMEOUT` for unknown hosts, https://github.com/istio/istio/issues/38413. */
export const METADATA_SINCE: Version = [1, 14, 0];
/** First release with `connectionPool.tcp.idleTimeout`. */
export const RULE_SINCE: Version = [1, 21, 0];
/** First release whose webhook takes an `idleTimeout` of 0s, https://github.com/istio/istio/issues/54582. */
export const RULE_NEVER_SINCE: Version = [1, 23, 6];

/** Lists what a stack asks for and a release of Istio can not do, one line each with its fix. */
export function versionProblems(
  { name, version }: { name: string; version: Version },
  { path, remedy, timeout }: Variant,
): string[] {
  const problems: string[] = [];
  const before = (other: Version): boolean => !isAtLeast(version, other);
  const passthrough = path === "passthrough";
  const unset = timeout.variant === "default" || timeout.variant === "remove";
  if (passthrough && unset && !before(WITHOUT_DEFAULT.since) && before(WITHOUT_DEFAULT.fixed)) {
    problems.push(
      `timeout: ${timeout.variant}, but Istio ${name} turns off the idle timeout of connections to unknown ` +
        "hosts by default (until 1.15.2); set timeout to off or to a duration",
    );
  }
  if (remedy === "proxyMetadata" && passthrough && before(METADATA_SINCE)) {
    problems.push(
      `remedy: proxyMetadata, but Istio ${name} ignores it for hosts that the mesh does not know (until 1.14); ` +
        "set remedy to envoyFilter, or path to serviceEntry",
    );
  }
  if (remedy === "destinationRule" && before(RULE_SINCE)) {
    problems.push(
      `remedy: destinationRule, but a DestinationRule of Istio ${name} has no idleTimeout (it came with ` +
        "1.21); set remedy to envoyFilter",
    );
  } else if (
    remedy === "destinationRule" &&
    timeout.variant === "off" &&
    before(RULE_NEVER_SINCE)
  ) {
    problems.push(
      `timeout: off, but Istio ${name} refuses an idleTimeout of 0s in a DestinationRule (until 1.23.6); set ` +
        "timeout to a duration, or remedy to envoyFilter",
    );
  }
  return problems;
}
