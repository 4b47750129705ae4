import type { IdleLimit } from "../sample.ts";

/**
 * Makes a limit of the text in which a server tells it, whole seconds such as `300`.
 *
 * @returns undefined for every other text, which no server of the kind would give.
 */
export function idleLimitOf(setting: string, seconds: string): IdleLimit | undefined {
  return /^\d{1,10}$/.test(seconds) ? { setting, ms: Number(seconds) * 1000 } : undefined;
}
