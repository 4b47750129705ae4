/** The mesh's own settings, as far as they matter here. */
export interface MeshConfig {
  /** The namespace whose objects hold for the whole mesh. */
  rootNamespace: string;
  /** `ISTIO_META_IDLE_TIMEOUT` of `defaultConfig.proxyMetadata`. */
  idleTimeout?: string;
}

/**
 * Reads them from the YAML of istiod's ConfigMap, line by line: no more than two plain strings are wanted of it.
 *
 * @param text undefined where it could not be looked at.
 * @param istiodNamespace the root namespace, where that is not set otherwise (`DefaultMeshConfig` in
 *   `pkg/config/mesh/mesh.go`: istiod's own).
 */
export function readMeshConfig(
  text: string | undefined,
  istiodNamespace: string | undefined,
): MeshConfig {
  const root = value(text, /^rootNamespace:(.*)$/m);
  const idleTimeout = value(text, /^\s+ISTIO_META_IDLE_TIMEOUT:(.*)$/m);
  return {
    rootNamespace: root ?? istiodNamespace ?? "istio-system",
    ...(idleTimeout !== undefined && { idleTimeout }),
  };
}

function value(text = "", line: RegExp): string | undefined {
  const found = line
    .exec(text)?.[1]
    ?.replace(/\s#.*$/, "")
    .trim();
  return found?.replace(/^(["'])(.*)\1$/, "$2");
}
