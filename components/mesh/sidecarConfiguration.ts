import * as pulumi from "@pulumi/pulumi";
import { parseEndpoint } from "../../model/endpoint.ts";
import type { InjectionRequest } from "../../model/istio/injection.ts";
import { sidecarLabels, variantLabels } from "../../model/istio/labels.ts";
import { remedyPlan } from "../../model/remedyBehaviour.ts";
import type { Settings } from "../settings/settings.ts";
import { ConnectionPoolRule } from "./connectionPoolRule.ts";
import { EndpointEntry } from "./endpointEntry.ts";
import { EvidenceFilter } from "./evidenceFilter.ts";
import { IdleTimeoutPolicy } from "./idleTimeoutPolicy.ts";
import { TimelapseProxy } from "./timelapseProxy.ts";

export interface SidecarConfigurationArgs {
  settings: Settings;
  /** The stack's own namespace. */
  namespace: pulumi.Input<string>;
  /** `host:port` of what the stack connects to; the first is the one of remedies that know one only. */
  endpoints: pulumi.Output<string[]>;
  runId: string;
}

/** Configuration of the sidecars in a stack's namespace. */
export interface SidecarConfiguration {
  /** Objects that have to be in place before a sidecar starts: one that came later would drain its listener. */
  objects: pulumi.Resource[];
  /** Object that sets the timeout, as `kind/name`; undefined where none does. */
  policy: pulumi.Output<string> | undefined;
  /** Labels by which the objects find their pods. */
  variantLabels: Readonly<Record<string, string>>;
  /** Requests that a pod puts to the injector. */
  injection: pulumi.Input<InjectionRequest>[];
}

/** Declares how the idle timeout is set or avoided, and what the sidecars log about connections. */
export function sidecarConfiguration(
  { settings, namespace, endpoints, runId }: SidecarConfigurationArgs,
  opts: pulumi.ComponentResourceOptions,
): SidecarConfiguration {
  const plan = remedyPlan(settings);
  const podLabels = sidecarLabels(true);
  const variant = variantLabels(settings);
  const selected = { ...podLabels, ...variant };
  const endpoint = endpoints.apply(([first = ""]) => first);
  const port = endpoint.apply((text) => parseEndpoint(text).port);

  const filterPort = plan.filterMatchesPort ? port : undefined;
  const filter = new IdleTimeoutPolicy(
    "idle-timeout",
    { namespace, podLabels: selected, timeout: plan.filter, port: filterPort },
    opts,
  );
  const objects: pulumi.Resource[] = [filter];
  let policy = filter.reference;
  if (settings.path === "serviceEntry") {
    const entry = new EndpointEntry("endpoint", { namespace, endpoint }, opts);
    objects.push(entry);
    if (plan.connectionPool !== undefined) {
      const rule = new ConnectionPoolRule(
        "connection-pool",
        { namespace, podLabels: selected, host: entry.host, tcp: plan.connectionPool },
        opts,
      );
      objects.push(rule);
      policy ??= rule.reference;
    }
  }
  if (settings.evidence) {
    objects.push(new EvidenceFilter("evidence", { namespace, podLabels }, opts));
  }

  const excludedPort = pulumi.output(plan.excludesPort ? port : undefined);
  const injection: pulumi.Input<InjectionRequest>[] = [
    { proxyMetadata: plan.proxyMetadata },
    excludedPort.apply((number) => ({ excludedPort: number })),
  ];
  if (settings.timelapse > 1) {
    const { compilerImage, kubeContext, platform, registry, timelapse: factor } = settings;
    const args = { namespace, runId, factor, registry, compilerImage, platform, kubeContext };
    injection.push(new TimelapseProxy("timelapse", args, opts).request);
  }
  return { objects, policy, variantLabels: variant, injection };
}
