import { isInternal } from "../shared/inputs.ts";
import type { CheckFailure } from "../shared/provider.ts";
import { isList, isMap, unwrap } from "../shared/value.ts";
import type { PropertyMap, PropertyValue } from "../shared/value.ts";

/**
 * Offered properties by name: `true` for a plain value or a list of them, a table for an object or a list of
 * objects.
 */
export interface Offered {
  readonly [property: string]: true | Offered;
}

/** Refuses every property, at any depth, that the plugin would have to ignore. */
export function refuseOthers(inputs: PropertyMap, offered: Offered, within = ""): CheckFailure[] {
  return Object.entries(inputs)
    .filter(([name]) => !isInternal(name))
    .flatMap(([name, value]) => {
      const property = within + name;
      const inner = Object.hasOwn(offered, name) ? offered[name] : undefined;
      if (inner === undefined) {
        const known = Object.keys(offered).join(", ");
        const reason = `the lab's docker plugin doesn't offer "${property}", only ${known}`;
        return [{ property, reason }];
      }
      return inner === true ? [] : refuseWithin(value, inner, property);
    });
}

function refuseWithin(value: PropertyValue, offered: Offered, property: string): CheckFailure[] {
  const known = unwrap(value);
  if (isList(known)) {
    return known.flatMap((item, index) => refuseWithin(item, offered, `${property}[${index}]`));
  }
  return isMap(known) ? refuseOthers(known, offered, `${property}.`) : [];
}

/** Refuses the lack of properties that have to be given. */
export function requireAll(
  inputs: PropertyMap,
  required: readonly string[],
  within = "",
): CheckFailure[] {
  return required
    .filter((name) => inputs[name] === undefined)
    .map((name) => ({ property: within + name, reason: "missing required property" }));
}
