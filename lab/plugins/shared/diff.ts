import { equal, isList, isMap, isSecret } from "./value.ts";
import type { PropertyMap, PropertyValue } from "./value.ts";

export type PropertyPath = readonly (string | number)[];

/** One difference between old and new inputs, at the deepest level where they differ. */
export interface PropertyChange {
  path: PropertyPath;
  kind: "add" | "delete" | "update";
}

/** Lists all differences, also within maps and lists. An unknown differs from any value. */
export function changes(olds: PropertyMap, news: PropertyMap): PropertyChange[] {
  return mapChanges([], olds, news);
}

function mapChanges(path: PropertyPath, olds: PropertyMap, news: PropertyMap): PropertyChange[] {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...keys].flatMap((key) => valueChanges([...path, key], olds[key], news[key]));
}

function valueChanges(
  path: PropertyPath,
  old: PropertyValue | undefined,
  now: PropertyValue | undefined,
): PropertyChange[] {
  if (isSecret(old)) {
    return valueChanges(path, old.value, now);
  }
  if (isSecret(now)) {
    return valueChanges(path, old, now.value);
  }
  if (equal(old, now)) {
    return [];
  }
  if (old === undefined) {
    return [{ path, kind: "add" }];
  }
  if (now === undefined) {
    return [{ path, kind: "delete" }];
  }
  if (isMap(old) && isMap(now)) {
    return mapChanges(path, old, now);
  }
  if (isList(old) && isList(now)) {
    const length = Math.max(old.length, now.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      valueChanges([...path, index], old[index], now[index]),
    );
  }
  return [{ path, kind: "update" }];
}

/** Formats a path as the engine does: `spec.template.containers[0]["odd.key"]`. */
export function formatPath(path: PropertyPath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") {
        return `[${step}]`;
      }
      if (/[."[\]]/.test(step)) {
        return `["${step.replaceAll('"', '\\"')}"]`;
      }
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}
