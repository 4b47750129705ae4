import type { ConfigPatch, EnvoyFilterObject } from "../mesh/istioObjects.ts";
import type { Source } from "./settings.ts";

const TCP_PROXY_TYPE = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

/** Key of the filter state by which tcp_proxy is told an idle timeout for one connection. */
export const OVERRIDE_KEY = "envoy.tcp_proxy.per_connection_idle_timeout_ms";

export type FilterSource = Extract<Source, { namespace: string }>;

/** A patch of a network filter that is about TCP's idle timeout. */
export interface TimeoutPatch {
  source: FilterSource;
  patch: ConfigPatch;
  operation: string;
  /** As it is written; null merges nothing. */
  idleTimeout: unknown;
  /** Whether istiod knows the message's type; otherwise it skips the patch (`BuildXDSObjectFromStruct`). */
  readableType: boolean;
  /** The type, as it is written. */
  type: string;
  /** The name that the patch gives the filter; undefined leaves it. */
  renames: string | undefined;
}

/** Patches that set the idle timeout of a tcp_proxy, or put another tcp_proxy in its place. */
export function timeoutPatches(filter: EnvoyFilterObject, rootNamespace: string): TimeoutPatch[] {
  const source = sourceOf(filter, rootNamespace);
  return (filter.spec?.configPatches ?? []).flatMap((patch) => {
    const { name, typed_config, typedConfig } = patch.patch?.value ?? {};
    const value = typed_config ?? typedConfig;
    const type = typeof value?.["@type"] === "string" ? value["@type"] : "";
    if (patch.applyTo !== "NETWORK_FILTER" || !type.endsWith(".TcpProxy")) {
      return [];
    }
    const idleTimeout = value?.idle_timeout ?? value?.idleTimeout ?? null;
    const operation = patch.patch?.operation ?? "INVALID";
    const readableType = type.replace(/^.*\//, "") === TCP_PROXY_TYPE;
    const about = idleTimeout !== null || operation !== "MERGE";
    const renames = name === "" ? undefined : name;
    return about ? [{ source, patch, operation, idleTimeout, readableType, type, renames }] : [];
  });
}

/** Patches that insert a network filter which tells tcp_proxy an idle timeout for each connection. */
export function overridePatches(filter: EnvoyFilterObject): ConfigPatch[] {
  return (filter.spec?.configPatches ?? []).filter(
    ({ applyTo, patch }) =>
      applyTo === "NETWORK_FILTER" && JSON.stringify(patch?.value ?? {}).includes(OVERRIDE_KEY),
  );
}

export function sourceOf(
  { metadata: { name, namespace } }: EnvoyFilterObject,
  rootNamespace: string,
): FilterSource {
  const root = namespace === rootNamespace && { root: true as const };
  return { kind: "EnvoyFilter", namespace, name, ...root };
}
