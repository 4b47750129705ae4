import {
  equal,
  isList,
  isMap,
  reveal,
  isSecret,
  secret,
  unwrap,
  withSecretsOf,
} from "../shared/value.ts";
import type { PropertyMap, PropertyValue } from "../shared/value.ts";
import type { KubeObject } from "./object.ts";

/** Parts of the stack's state beside the live object. */
export interface Bookkeeping {
  inputs: PropertyMap;
  fieldManager: string;
}

/** Makes the outputs: the live object, and under reserved names what the next operation needs. */
export function outputsOf(live: KubeObject, { inputs, fieldManager }: Bookkeeping): PropertyMap {
  return {
    ...withSecrets(live, inputs),
    __inputs: inputs,
    __initialApiVersion: live.apiVersion,
    __fieldManager: fieldManager,
  };
}

/** Returns the live object of earlier outputs. */
export function liveOf(outputs: PropertyMap): PropertyMap {
  const live = Object.entries(reveal(outputs)).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(live);
}

/** Fields the server alone decides about. */
const SERVER_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];

/** Drops the fields that the server alone decides about, which an exported manifest has. */
export function withoutServerFields(inputs: PropertyMap): PropertyMap {
  const given = unwrap(inputs.metadata);
  if (!isMap(given)) {
    return inputs;
  }
  const metadata = Object.entries(given).filter(([key]) => !SERVER_METADATA.includes(key));
  return withSecretsOf({ ...inputs, metadata: Object.fromEntries(metadata) }, inputs);
}

/** Makes inputs of an object that this stack didn't create: all of it but the server's own fields. */
export function inputsOf(live: KubeObject): PropertyMap {
  return Object.fromEntries(
    Object.entries(withoutServerFields(live)).filter(([key]) => key !== "status"),
  );
}

/**
 * Makes the inputs that a refresh finds: the program's, with the live value wherever the object was changed since
 * its outputs were recorded. A value that the server fills in, or merely writes in another way (`0.5` CPUs as
 * `500m`), is no such change.
 */
export function refreshedInputs(
  oldInputs: PropertyMap,
  oldLive: PropertyMap,
  live: KubeObject,
): PropertyMap {
  return withSecrets(refreshedMap(reveal(oldInputs), oldLive, live), oldInputs);
}

function refreshedMap(inputs: PropertyMap, old: PropertyMap, live: PropertyMap): PropertyMap {
  const entries = Object.entries(inputs).map(
    ([key, input]) => [key, refreshed(input, old[key], live[key])] as const,
  );
  return Object.fromEntries(
    entries.filter((entry): entry is [string, PropertyValue] => entry[1] !== undefined),
  );
}

function refreshed(
  input: PropertyValue,
  old: PropertyValue | undefined,
  live: PropertyValue | undefined,
): PropertyValue | undefined {
  if (equal(old, live)) {
    return input;
  }
  if (isMap(input) && isMap(old) && isMap(live)) {
    return refreshedMap(input, old, live);
  }
  if (isList(input) && isList(old) && isList(live)) {
    return live
      .slice(0, Math.max(input.length, live.length - (old.length - input.length)))
      .map((item, index) => refreshed(input[index] ?? item, old[index], item) ?? item);
  }
  return live;
}

/** Marks the values that are secret in the inputs, and always a Secret's data. */
function withSecrets(live: PropertyMap, inputs: PropertyMap): PropertyMap {
  const marked = withSecretsOf(live, inputs);
  if (live.kind !== "Secret") {
    return marked;
  }
  for (const key of ["data", "stringData"]) {
    const value = marked[key];
    if (value !== undefined && !isSecret(value)) {
      marked[key] = secret(value);
    }
  }
  return marked;
}
