import { changes } from "../shared/diff.ts";
import type { Diff, DiffRequest } from "../shared/provider.ts";
import { isMap, reveal } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import type { ObjectKind } from "./object.ts";
import { liveOf } from "./state.ts";

/** Fields of some kinds, besides name and namespace, that can't be changed in place. */
const IMMUTABLE: Record<string, string> = {
  "apps/v1/DaemonSet": "spec.selector",
  "apps/v1/Deployment": "spec.selector",
  "apps/v1/StatefulSet": "spec.selector",
  "batch/v1/Job": "spec.template",
};

/** What differs between the inputs, and what of it only a new object can have. */
export function diffObject(
  { oldInputs, oldOutputs, newInputs }: DiffRequest,
  { apiVersion, kind }: ObjectKind,
): Diff {
  const immutable = IMMUTABLE[`${apiVersion}/${kind}`];
  const found = changes(oldInputs, newInputs).map((change) => {
    const field = change.path.slice(0, 2).join(".");
    const replace = ["metadata.name", "metadata.namespace", immutable].includes(field);
    return { ...change, replace };
  });
  return {
    changes: found,
    deleteBeforeReplace: found.some(({ replace }) => replace) && keepsPlace(oldOutputs, newInputs),
  };
}

/** Whether a replacement would get the very name of what it replaces, as only one can have it. */
function keepsPlace(oldOutputs: PropertyMap, newInputs: PropertyMap): boolean {
  const old = liveOf(oldOutputs).metadata;
  const now = reveal(newInputs).metadata;
  if (!isMap(old) || !isMap(now)) {
    return false;
  }
  const autonamed = isMap(now.annotations) && now.annotations["pulumi.com/autonamed"] === "true";
  return !autonamed && now.name === old.name && now.namespace === old.namespace;
}
