import { protobufDuration } from "../../../model/duration.ts";
import { mergeIntoTcpProxy } from "../../../model/istio/envoyFilter.ts";
import type { TcpProxyMatch } from "../../../model/istio/envoyFilter.ts";
import { PASSTHROUGH, VIRTUAL_INBOUND } from "../../../model/istio/wellKnown.ts";
import { formatIdleTimeout } from "../../../report/text.ts";
import type { EnvoyFilterObject } from "../mesh/istioObjects.ts";
import { tcpProxyFilterOf } from "../../sidecar/proxyConfig.ts";
import { reachingPatches } from "../sources/filterSettings.ts";
import { filtersFor } from "../sources/filterOrder.ts";
import { patchTargetOf, workloadOf } from "../sources/explain.ts";
import type { Choice, Manifest } from "./advice.ts";
import { drainCost, keptMetadata } from "./place.ts";
import type { Place } from "./place.ts";
import { describeTarget, freeName } from "./target.ts";

/** An EnvoyFilter for the very filter chain; or the one that sets the timeout now, where it stands in the pod's namespace. */
export function filterChoice(place: Place): Choice {
  return changedFilter(place) ?? newFilter(place);
}

function newFilter(place: Place): Choice {
  const { mesh, side, target, view, wantedMs } = place;
  const { effective } = view;
  const fields = { idle_timeout: protobufDuration(wantedMs) };
  const spec = mergeIntoTcpProxy(target.labels, fields, matchOf(place));
  const priority = highestPriority(place);
  const inbound = side.context === "SIDECAR_INBOUND";
  const name = freeName(
    "EnvoyFilter",
    target,
    `idle-timeout-${target.name}${inbound ? "-inbound" : ""}`,
    mesh.objects,
  );
  const where = inbound
    ? `connections that they take on port ${side.port}`
    : `connections ${describeListeners(place)}${effective.cluster === PASSTHROUGH ? ", which are those to all hosts that the mesh does not know" : ""}`;
  return {
    means: "EnvoyFilter",
    about:
      `it names parts of the configuration that this Istio (${side.sidecar.istioVersion}) sends and another release ` +
      `may name otherwise, so look again after an update; it reaches ${where}, of ${describeTarget(target)}; no restart, but open ` +
      `connections of that filter chain ${drainCost(side.sidecar)}`,
    objects: [
      {
        ...manifest({ name, namespace: target.namespace }),
        spec: { ...(priority > 0 && { priority }), ...withoutEmptySelector(spec) },
      },
    ],
  };
}

/** istiod takes an empty selector and none alike; none is what people write. */
function withoutEmptySelector(spec: ReturnType<typeof mergeIntoTcpProxy>): object {
  const { workloadSelector, ...rest } = spec;
  return Object.keys(workloadSelector?.labels ?? {}).length === 0 ? rest : spec;
}

function matchOf({ listeners, side, view }: Place): TcpProxyMatch {
  const { context } = side;
  const { chain, listener } = view;
  const filter = tcpProxyFilterOf(chain)?.name;
  const found = { context, ...(filter !== undefined && { filter }) };
  if (listeners.length > 1) {
    const ownPort = !listeners.some((name) => name.startsWith("virtual"));
    return { ...found, listener: ownPort ? { portNumber: side.port } : {} };
  }
  const { destination_port: destinationPort, server_names: names = [] } =
    chain.filter_chain_match ?? {};
  if (listener.name === VIRTUAL_INBOUND && destinationPort !== undefined) {
    // One port has a chain for each kind of TLS.
    return { ...found, listener: { name: listener.name }, filterChain: { destinationPort } };
  }
  const [sni] = names;
  const filterChain = {
    ...(chain.name !== undefined && { name: chain.name }),
    ...(chain.name === undefined && sni !== undefined && { sni }),
  };
  return { ...found, listener: { name: listener.name }, filterChain };
}

function describeListeners({ listeners }: Place): string {
  return listeners.length === 1
    ? `by listener ${listeners[0] ?? ""}`
    : `by listeners such as ${listeners.join(" and ")}`;
}

/** Among equal priorities the newest filter of the pod's own namespace comes last, and the last one wins. */
function highestPriority(place: Place): number {
  const priorities = reaching(place).map(({ filter }) => filter.spec?.priority ?? 0);
  return Math.max(0, ...priorities);
}

function reaching({ mesh, side, view }: Place) {
  const workload = workloadOf(mesh, side.pod);
  const target = patchTargetOf(side, view);
  return filtersFor(mesh.objects.EnvoyFilter, workload)
    .map((filter) => ({ filter, patches: reachingPatches(filter, target) }))
    .filter(({ patches }) => patches.length > 0);
}

function changedFilter(place: Place): Choice | undefined {
  const { setBy, side, target, view, wantedMs } = place;
  if (setBy?.kind !== "EnvoyFilter" || setBy.namespace !== target.namespace || view.overridden) {
    return undefined;
  }
  const found = reaching(place).find(({ filter }) => filter.metadata.name === setBy.name);
  if (found === undefined) {
    return undefined;
  }
  const { filter, patches } = found;
  const configPatches = (filter.spec?.configPatches ?? []).map((patch) =>
    patches.includes(patch) ? withTimeout(patch, protobufDuration(wantedMs)) : patch,
  );
  const selector = filter.spec?.workloadSelector?.labels ?? {};
  const reach = describeTarget({ ...target, labels: selector });
  return {
    means: "EnvoyFilter",
    about:
      `this one sets the timeout now (${formatIdleTimeout(view.effective.idleTimeoutMs)}), and only its value is changed here: change it where it is kept; it reaches ` +
      `what it reaches already, of ${reach}; no restart, but open connections of the filter chains that it reaches ${drainCost(side.sidecar)}`,
    objects: [
      {
        ...manifest(keptMetadata(filter)),
        spec: { ...filter.spec, configPatches },
      },
    ],
  };
}

type Patch = NonNullable<NonNullable<EnvoyFilterObject["spec"]>["configPatches"]>[number];

function withTimeout(patch: Patch, idle_timeout: string): Patch {
  const { value = {} } = patch.patch ?? {};
  const key = value.typed_config === undefined ? "typedConfig" : "typed_config";
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  const { idle_timeout: _old, idleTimeout: _other, ...config } = value[key] ?? {};
  return {
    ...patch,
    patch: { ...patch.patch, value: { ...value, [key]: { ...config, idle_timeout } } },
  };
}

function manifest(metadata: Manifest["metadata"]): Omit<Manifest, "spec"> {
  return { apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter", metadata };
}
