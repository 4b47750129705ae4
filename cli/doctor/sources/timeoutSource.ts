import type { EffectiveTimeout } from "../../../model/record.ts";
import { PASSTHROUGH, VIRTUAL_OUTBOUND } from "../../../model/istio/wellKnown.ts";
import { METADATA_SINCE, WITHOUT_DEFAULT } from "../../../model/istio/releases.ts";
import { isAtLeast, parseVersion } from "../../../model/version.ts";
import { formatIdleTimeout } from "../../../report/text.ts";
import { filterSettings, unselected } from "./filterSettings.ts";
import type { Workload } from "./filterOrder.ts";
import type { Finding } from "../finding.ts";
import type { DestinationRuleObject, EnvoyFilterObject } from "./istioObjects.ts";
import type { PatchTarget } from "./patchMatch.ts";
import { ruleSetting } from "./ruleSetting.ts";
import type { RuleReference } from "./ruleSetting.ts";
import {
  describeSetting,
  describeSource,
  METADATA_NAME,
  parseMetadata,
  readableMetadata,
} from "./settings.ts";
import type { Setting, Source } from "./settings.ts";

/** Everything that can tell where an idle timeout comes from. */
export interface Surroundings {
  workload: Workload;
  target: PatchTarget;
  /** What the sidecar applies: the truth to be explained. */
  effective: EffectiveTimeout;
  /** `ISTIO_META_IDLE_TIMEOUT` as the sidecar told it to istiod. */
  metadata: string | undefined;
  /** Those of the root namespace and of the pod's own, as far as they may be looked at. */
  filters: readonly EnvoyFilterObject[];
  /** The DestinationRule of the cluster. */
  rule: RuleReference | undefined;
  /** Those of its namespace; undefined where they may not be looked at. */
  rules: readonly DestinationRuleObject[] | undefined;
  /** Whether something could not be looked at. */
  partial: boolean;
}

/** What sets the idle timeout that the sidecar applies, and what would like to and can't. */
export function timeoutSource(seen: Surroundings): { setBy?: Source; findings: Finding[] } {
  const { effective, filters, target, workload } = seen;
  const own = metadataSetting(seen);
  const ruled = seen.rule === undefined ? { findings: [] } : ruleSetting(seen.rule, seen.rules);
  const filtered = filterSettings(filters, workload, target);
  const settings = filtered.replaces
    ? filtered.settings
    : [own.setting ?? [], ruled.setting ?? [], filtered.settings].flat();
  const findings = [...own.findings, ...ruled.findings, ...filtered.findings];
  if (settings.length > 1) {
    findings.push(severalSettings(settings));
  }
  if (filtered.settings.length === 0) {
    findings.push(...unselected(filters, workload).map((one) => notSelected(one, workload)));
  }

  const winner = settings.at(-1);
  if (winner !== undefined && explains(winner, effective)) {
    return { setBy: winner.source, findings };
  }
  if (winner === undefined && effective.source === "envoy-default") {
    return { setBy: { kind: "envoy-default" }, findings };
  }
  if (winner === undefined && effective.idleTimeoutMs === 0 && hasNoDefault(target)) {
    findings.push({
      subject: `Istio ${target.sidecar.istioVersion}`,
      problem:
        "by itself it turns the idle timeout of connections to unknown hosts off (until 1.15.2)",
      remedy: "set one, or update Istio",
    });
    return { setBy: { kind: "istio-default" }, findings };
  }
  if (!seen.partial) {
    findings.push(outOfStep(winner, effective));
  }
  return { findings };
}

function metadataSetting({ metadata, target }: Surroundings): {
  setting?: Setting;
  findings: Finding[];
} {
  if (metadata === undefined) {
    return { findings: [] };
  }
  const subject = `${METADATA_NAME}=${metadata}`;
  const version = parseVersion(target.sidecar.istioVersion);
  if (isPassthrough(target) && version !== undefined && !isAtLeast(version, METADATA_SINCE)) {
    const problem = `Istio ${target.sidecar.istioVersion} takes no notice of it for unknown hosts, which came with 1.14`;
    return { findings: [{ subject, problem, remedy: "use an EnvoyFilter, or update Istio" }] };
  }
  try {
    const source: Source = { kind: METADATA_NAME, value: metadata };
    return { setting: { source, idleTimeoutMs: parseMetadata(metadata) }, findings: [] };
  } catch {
    return {
      findings: [
        {
          subject,
          problem: "istiod can't read it and passes it over in silence: it is no Go duration",
          remedy: `write ${readableMetadata(metadata)}, and restart the pod`,
        },
      ],
    };
  }
}

function severalSettings(settings: readonly Setting[]): Finding {
  const winner = settings.at(-1);
  const kinds = new Set(settings.map(({ source }) => source.kind));
  return {
    subject: "idle timeout",
    problem:
      `it is set ${settings.length} times, in this order, and the last one wins: ` +
      settings.map(describeSetting).join(", "),
    remedy:
      kinds.size === 1 && winner?.source.kind === "EnvoyFilter"
        ? "remove what is not wanted, or give the wanted one a higher priority"
        : "remove what is not wanted",
  };
}

function notSelected(filter: EnvoyFilterObject, { labels }: Workload): Finding {
  const { metadata, spec } = filter;
  const subject = describeSource({ kind: "EnvoyFilter", ...metadata });
  if ((spec?.targetRefs ?? []).length > 0) {
    const problem = "it has targetRefs, which are for gateways, so that no sidecar takes it";
    return { subject, problem, remedy: "use a workloadSelector in their place" };
  }
  const missing = Object.entries(spec?.workloadSelector?.labels ?? {})
    .filter(([key, value]) => labels[key] !== value)
    .map((label) => label.join("="));
  return {
    subject,
    problem: `its workloadSelector does not select the pod, which has not ${missing.join(", ")}`,
    remedy: "correct it, or the labels in the workload's pod template, if it is meant for this pod",
  };
}

function outOfStep(winner: Setting | undefined, effective: EffectiveTimeout): Finding {
  const applied = formatIdleTimeout(effective.idleTimeoutMs);
  const wanted =
    winner === undefined
      ? "nothing in the cluster sets one"
      : `${describeSetting(winner)} is to win`;
  return {
    subject: "sidecar",
    problem: `it applies ${applied}, but ${wanted}: its configuration is not what istiod should have sent`,
    remedy:
      "look again in a few seconds; if it stays so, see istioctl proxy-status and istiod's log",
  };
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
