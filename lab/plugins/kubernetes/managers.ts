import { uniqueName } from "../shared/naming.ts";
import { isMap, reveal } from "../shared/value.ts";
import type { PlainMap, PropertyMap } from "../shared/value.ts";
import type { KubeObject } from "./object.ts";

/** Manager of the fields of a create; the next apply takes over from it. */
export const CREATE_MANAGER = "pulumi-kubernetes";

/**
 * Managers whose fields an apply takes over, so that it can change and remove them: by operation, with
 * the beginnings of their names. What `kubectl patch` or `edit` changed is so changed back without a
 * conflict, and what another controller or a scale changed is not. As with the official plugin.
 */
const TAKEN_OVER: Record<string, string[]> = {
  Apply: ["kubectl"],
  Update: ["kubectl", "before-first-apply", CREATE_MANAGER, "pulumi-resource-kubernetes"],
};

/**
 * The manager under which an object is applied: the one that the annotation `pulumi.com/patchFieldManager` of
 * its inputs names, else the one of its earlier outputs, else a new one.
 */
export function applierOf(inputs: PropertyMap, outputs: PropertyMap = {}): string {
  const { metadata } = reveal(inputs);
  const annotations = isMap(metadata) && isMap(metadata.annotations) ? metadata.annotations : {};
  const named = annotations["pulumi.com/patchFieldManager"];
  if (typeof named === "string" && named !== "") {
    return named;
  }
  const known = outputs.__fieldManager;
  return typeof known === "string" ? known : uniqueName("pulumi-kubernetes-");
}

interface ManagedFields extends PlainMap {
  manager: string;
  operation: string;
  subresource?: string;
  fieldsV1: PlainMap;
}

/**
 * Server-side apply removes a field only if the applier owned it alone. A create is recorded under
 * another name and operation than the applies that follow, so its fields are handed to the applier.
 *
 * @returns the new list of managers, or undefined if there is nothing to hand over
 */
export function handOver(object: KubeObject, applier: string): ManagedFields[] | undefined {
  const all = (object.metadata.managedFields ?? []) as unknown as ManagedFields[];
  const isTaken = ({ manager, operation, subresource }: ManagedFields): boolean =>
    !subresource && (TAKEN_OVER[operation] ?? []).some((start) => manager.startsWith(start));
  const taken = all.filter(isTaken);
  const [first] = taken;
  if (!first) {
    return undefined;
  }
  const isOurs = ({ manager, operation, subresource }: ManagedFields): boolean =>
    !subresource && operation === "Apply" && manager === applier;
  const merged: ManagedFields = {
    ...first,
    manager: applier,
    operation: "Apply",
    fieldsV1: [...all.filter(isOurs), ...taken].map(({ fieldsV1 }) => fieldsV1).reduce(union),
  };
  return [...all.filter((one) => !isTaken(one) && !isOurs(one)), merged];
}

/** The fields of either set; a set is a tree of objects. */
function union(left: PlainMap, right: PlainMap): PlainMap {
  const result = { ...left };
  for (const [key, value] of Object.entries(right)) {
    result[key] = union((result[key] ?? {}) as PlainMap, value as PlainMap);
  }
  return result;
}
