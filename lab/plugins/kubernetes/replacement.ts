import { changes } from "../shared/diff.ts";
import type { Diff, DiffRequest } from "../shared/provider.ts";
import { isMap, reveal } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import type { ObjectKind } from "./object.ts";
import { liveOf } from "./state.ts";

/** Fields that no object takes another value for. */
const IMMUTABLE = ["metadata.name", "metadata.namespace"];

/** Finds the differences between the inputs, and marks those that only a new object can have. */
export function diffObject(
  { oldInputs, oldOutputs, newInputs }: DiffRequest,
  { kind }: ObjectKind,
): Diff {
  const immutable = kind === "Deployment" ? [...IMMUTABLE, "spec.selector"] : IMMUTABLE;
  const found = changes(oldInputs, newInputs).map((change) => ({
    ...change,
    replace: immutable.includes(change.path.slice(0, 2).join(".")),
  }));
  return {
    changes: found,
    deleteBeforeReplace: found.some(({ replace }) => replace) && keepsPlace(oldOutputs, newInputs),
  };
}

/** Tells whether a replacement would get the name of what it replaces: only one can have it. */
function keepsPlace(oldOutputs: PropertyMap, newInputs: PropertyMap): boolean {
  const old = liveOf(oldOutputs).metadata;
  const now = reveal(newInputs).metadata;
  return isMap(old) && isMap(now) && now.name === old.name && now.namespace === old.namespace;
}
