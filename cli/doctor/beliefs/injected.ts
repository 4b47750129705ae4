import type { NamespaceObject } from "../mesh/istioObjects.ts";

/**
 * Whether pods of a namespace get sidecars, so that objects in it are likely meant for them.
 *
 * @returns undefined where the namespace may not be looked at.
 */
export function isInjected(
  namespaces: readonly NamespaceObject[],
  name: string,
): boolean | undefined {
  const found = namespaces.find(({ metadata }) => metadata.name === name);
  const { labels = {} } = found?.metadata ?? {};
  return found && (labels["istio-injection"] === "enabled" || labels["istio.io/rev"] !== undefined);
}
