/** A value that isn't known yet, such as another resource's output in a preview. */
export const UNKNOWN = Symbol("unknown");
export type Unknown = typeof UNKNOWN;

const SECRET = Symbol("secret");

/** A value the engine encrypts in its state and hides in its display. */
export interface Secret {
  readonly [SECRET]: true;
  readonly value: PropertyValue;
}

export function secret(value: PropertyValue): Secret {
  return { [SECRET]: true, value };
}

export function isSecret(value: PropertyValue | undefined): value is Secret {
  return typeof value === "object" && value !== null && SECRET in value;
}

export type PropertyValue =
  null | boolean | number | string | PropertyValue[] | PropertyMap | Unknown | Secret;

/** A resource's inputs or outputs. */
export interface PropertyMap {
  [key: string]: PropertyValue;
}

/** JSON without the engine's special values. */
export type Plain = null | boolean | number | string | Plain[] | PlainMap;
export interface PlainMap {
  [key: string]: Plain;
}

export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isSecret(value);
}

export function isList(value: PropertyValue | undefined): value is PropertyValue[] {
  return Array.isArray(value);
}

/** Returns the value with no secret marked as one. Unknowns stay. */
export function reveal(value: PropertyMap): PropertyMap;
export function reveal(value: PropertyValue): PropertyValue;
export function reveal(value: PropertyValue): PropertyValue {
  if (isSecret(value)) {
    return reveal(value.value);
  }
  if (isList(value)) {
    return value.map((item) => reveal(item));
  }
  if (!isMap(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]));
}

/** Returns the value without its own mark as a secret; the values in it stay as they are. */
export function unwrap(value: PropertyValue | undefined): PropertyValue | undefined {
  return isSecret(value) ? unwrap(value.value) : value;
}

/** Returns the value as plain JSON. @throws Error for a value with an unknown in it */
export function toPlain(value: PropertyMap): PlainMap;
export function toPlain(value: PropertyValue): Plain;
export function toPlain(value: PropertyValue): Plain {
  if (value === UNKNOWN) {
    throw new Error("a value that must be known here is unknown");
  }
  if (isSecret(value)) {
    return toPlain(value.value);
  }
  if (isList(value)) {
    return value.map((item) => toPlain(item));
  }
  if (!isMap(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]));
}

export function hasUnknowns(value: PropertyValue): boolean {
  if (value === UNKNOWN) {
    return true;
  }
  if (isSecret(value)) {
    return hasUnknowns(value.value);
  }
  if (isList(value)) {
    return value.some(hasUnknowns);
  }
  return isMap(value) && Object.values(value).some(hasUnknowns);
}

export function hasSecrets(value: PropertyValue): boolean {
  if (isSecret(value)) {
    return true;
  }
  if (isList(value)) {
    return value.some(hasSecrets);
  }
  return isMap(value) && Object.values(value).some(hasSecrets);
}

/** Returns the map without nulls, at any depth. */
export function withoutNulls(value: PropertyMap): PropertyMap;
export function withoutNulls(value: PropertyValue): PropertyValue;
export function withoutNulls(value: PropertyValue): PropertyValue {
  if (isSecret(value)) {
    return secret(withoutNulls(value.value));
  }
  if (isList(value)) {
    return value.filter((item) => item !== null).map((item) => withoutNulls(item));
  }
  if (!isMap(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

/**
 * Marks those values of `outputs` as secret whose counterpart in `inputs` is a secret or contains one. Within maps
 * only the secret values are marked; a list with a secret in it becomes secret as a whole, because its order may
 * have changed.
 */
export function withSecretsOf(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  const marked = { ...outputs };
  for (const [key, input] of Object.entries(inputs)) {
    const output = marked[key];
    if (output === undefined || isSecret(output)) {
      continue;
    }
    if (isMap(output) && isMap(input)) {
      marked[key] = withSecretsOf(output, input);
    } else if (hasSecrets(input)) {
      marked[key] = secret(reveal(output));
    }
  }
  return marked;
}

/** Compares values deeply. A secret equals the value that it hides, an unknown only an unknown. */
export function equal(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
  if (isSecret(left)) {
    return equal(left.value, right);
  }
  if (isSecret(right)) {
    return equal(left, right.value);
  }
  if (left === right) {
    return true;
  }
  if (isList(left)) {
    return (
      isList(right) &&
      left.length === right.length &&
      left.every((item, index) => equal(item, right[index]))
    );
  }
  if (!isMap(left) || !isMap(right)) {
    return false;
  }
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equal(left[key], right[key]))
  );
}
