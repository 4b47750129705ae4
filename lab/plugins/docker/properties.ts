import { automaticName } from "../shared/naming.ts";
import type { CheckFailure, CheckRequest, CheckResult } from "../shared/provider.ts";
import { isList, withoutNulls } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";

/** Names the properties of the inputs that were filled in, in the inputs themselves. */
const FILLED_IN = "__defaults";

const NAME_DIGITS = 7;

/** Refuses properties that the plugin would have to ignore. */
export function checkProperties(inputs: PropertyMap, offered: readonly string[]): CheckFailure[] {
  return Object.keys(inputs)
    .filter((property) => !offered.includes(property) && !isInternal(property))
    .map((property) => ({
      property,
      reason: `the lab's docker plugin doesn't offer "${property}", only ${offered.join(", ")}`,
    }));
}

/** Checks, and gives a name to what has none: the one it had before, or else a new one. */
export function checkNamed(request: CheckRequest, offered: readonly string[]): CheckResult {
  const { name, olds, randomSeed, autonaming } = request;
  const inputs = withoutNulls(request.news);
  const failures = checkProperties(inputs, offered);
  if (inputs.name !== undefined) {
    return { inputs, failures };
  }
  const before = wasNamed(olds) ? olds.name : undefined;
  const given = before ?? automaticName(`${name}-`, randomSeed, NAME_DIGITS, autonaming);
  if (given === undefined) {
    return {
      inputs,
      failures: [...failures, { property: "name", reason: "autonaming is disabled" }],
    };
  }
  return { inputs: { ...inputs, name: given, [FILLED_IN]: ["name"] }, failures };
}

/** Whether the name was made up here, so that a replacement gets another. */
export function wasNamed(inputs: PropertyMap): boolean {
  const filledIn = inputs[FILLED_IN];
  return isList(filledIn) && filledIn.includes("name");
}

/** The inputs as the program gave them, with made-up names but without notes about them. */
export function withoutInternal(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !isInternal(key)));
}

function isInternal(key: string): boolean {
  return key === "version" || key.startsWith("__");
}
