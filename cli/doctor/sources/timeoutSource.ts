import type { EffectiveTimeout } from "../../../model/record.ts";
import { WITHOUT_DEFAULT } from "../../../model/istio/releases.ts";
import { PASSTHROUGH, VIRTUAL_OUTBOUND } from "../../../model/istio/wellKnown.ts";
import { isAtLeast, parseVersion } from "../../../model/version.ts";
import { finding } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { EnvoyFilterObject } from "../mesh/istioObjects.ts";
import type { Workload } from "./filterOrder.ts";
import { filterSettings } from "./filterSettings.ts";
import { metadataSetting } from "./metadataSetting.ts";
import type { MetadataOrigins } from "./metadataSetting.ts";
import type { PatchTarget } from "./patchMatch.ts";
import type { RuleEffect } from "./ruleSetting.ts";
import { describeSetting } from "./settings.ts";
import type { Setting, Source } from "./settings.ts";

/** Evidence of where a proxy's idle timeout comes from. */
export interface TimeoutEvidence {
  workload: Workload;
  target: PatchTarget;
  /** The timeout that the proxy applies: the truth to explain. */
  effective: EffectiveTimeout;
  /** `ISTIO_META_IDLE_TIMEOUT` as the proxy told it to istiod. */
  metadata: string | undefined;
  origins: MetadataOrigins;
  filters: readonly EnvoyFilterObject[];
  /** Setting of the cluster's DestinationRule; undefined where it has none. */
  rule: RuleEffect | undefined;
}

/** The setting that wins, and those that were written and have no effect. */
export interface Explanation {
  /** Undefined where nothing that was looked at explains it. */
  setBy?: Source;
  /** Timeout that follows from the objects that were read; undefined where they set none. */
  expected: Setting | undefined;
  /** EnvoyFilters of which it can't be told whether they have an effect. */
  doubtful: Source[];
  findings: Finding[];
}

export function timeoutSource(seen: TimeoutEvidence): Explanation {
  const { effective, filters, rule, target, workload } = seen;
  const passthrough = isPassthrough(target);
  const { istioVersion } = target.sidecar;
  const own = metadataSetting(seen.metadata, istioVersion, passthrough, seen.origins);
  const filtered = filterSettings(filters, workload, target);
  const settings = filtered.replaces
    ? filtered.settings
    : [own.setting ?? [], rule?.setting ?? [], filtered.settings].flat();
  const findings = [...own.findings, ...(rule?.findings ?? []), ...filtered.findings];
  if (settings.length > 1) {
    findings.push(severalSettings(settings));
  }
  const expected = settings.at(-1);
  const answer = { expected, doubtful: filtered.doubtful, findings };
  if (expected !== undefined && explains(expected, effective)) {
    return { ...answer, setBy: expected.source };
  }
  if (expected === undefined && effective.source === "envoy-default") {
    return { ...answer, setBy: { kind: "envoy-default" } };
  }
  if (expected === undefined && effective.idleTimeoutMs === 0 && hasNoDefault(target)) {
    findings.push(
      finding("IIT050", {
        reason: `Istio ${istioVersion} by itself turns the idle timeout of connections to unknown hosts off (until 1.15.2)`,
        fix: "set one, or update Istio",
      }),
    );
    return { ...answer, setBy: { kind: "istio-default" } };
  }
  return answer;
}

function severalSettings(settings: readonly Setting[]): Finding {
  const winner = settings.at(-1);
  const kinds = new Set(settings.map(({ source }) => source.kind));
  return finding("IIT020", {
    reason:
      `the idle timeout is set ${settings.length} times, in this order, and the last one wins: ` +
      settings.map(describeSetting).join(", "),
    fix:
      kinds.size === 1 && winner?.source.kind === "EnvoyFilter"
        ? "remove what is not wanted, or give the wanted one a higher priority"
        : "remove what is not wanted",
  });
}

function explains({ idleTimeoutMs }: Setting, effective: EffectiveTimeout): boolean {
  return (
    effective.source === "configured" &&
    (idleTimeoutMs === undefined || idleTimeoutMs === effective.idleTimeoutMs)
  );
}

function hasNoDefault(target: PatchTarget): boolean {
  const version = parseVersion(target.sidecar.istioVersion);
  const { since, fixed } = WITHOUT_DEFAULT;
  return (
    isPassthrough(target) &&
    version !== undefined &&
    isAtLeast(version, since) &&
    !isAtLeast(version, fixed)
  );
}

/** Whether the chain is the one for hosts that the mesh does not know, of whichever listener. */
function isPassthrough({ cluster, listener }: PatchTarget): boolean {
  return cluster === PASSTHROUGH || listener.name === VIRTUAL_OUTBOUND;
}
