import { CONFIG_KEYS } from "../components/settings/keys.ts";
import type { Key } from "../components/settings/keys.ts";

/** Configuration that reaches the program when nothing but the required keys is set. */
export function stackConfig(): Record<Key, string> {
  const defaults = Object.entries(CONFIG_KEYS).map(([key, { default: value }]) => [key, value]);
  return {
    ...(Object.fromEntries(defaults) as Record<Key, string>),
    registry: "localhost:5000",
    externalHost: "192.0.2.1",
  };
}
