import type { IdleLimit } from "../sample.ts";

/**
 * Parses the limit on idle connections that a server tells in whole seconds, such as `300`.
 *
 * @returns undefined for any other text.
 */
export function idleLimitOf(setting: string, seconds: string): IdleLimit | undefined {
  return /^\d{1,10}$/.test(seconds) ? { setting, ms: Number(seconds) * 1000 } : undefined;
}
