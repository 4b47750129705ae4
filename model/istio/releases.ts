import type { Variant } from "../remedy.ts";
import { isAtLeast } from "../version.ts";
import type { Version } from "../version.ts";

/** From the first to before the second, connections to unknown hosts had no idle timeout by themselves. */
export const WITHOUT_DEFAULT = { since: [1, 14, 0], fixed: [1, 15, 2] } satisfies Record<
  string,
  Version
>;
/** The first that heeds `ISTIO_META_IDLE_TIMEOUT` for unknown hosts, https://github.com/istio/istio/issues/38413. */
export const METADATA_SINCE: Version = [1, 14, 0];
/** The first with `connectionPool.tcp.idleTimeout`. */
const RULE_SINCE: Version = [1, 21, 0];
/** The first whose webhook takes 0s there, https://github.com/istio/istio/issues/54582. */
const RULE_NEVER_SINCE: Version = [1, 23, 6];

/** Lists what the stack wants and a release of Istio can't do. */
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
      `timeout: ${timeout.variant}, but Istio ${name} by itself turns the idle timeout of connections to ` +
        "unknown hosts off (until 1.15.2); set timeout to off or to a duration",
    );
  }
  if (remedy === "proxyMetadata" && passthrough && before(METADATA_SINCE)) {
    problems.push(
      `remedy: proxyMetadata, but Istio ${name} takes no notice of it for hosts that the mesh does not know, ` +
        "which came with 1.14; set remedy to envoyFilter, or path to serviceEntry",
    );
  }
  if (remedy === "destinationRule" && before(RULE_SINCE)) {
    problems.push(
      `remedy: destinationRule, but a DestinationRule of Istio ${name} has no idleTimeout, which came with ` +
        "1.21; set remedy to envoyFilter",
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
