/** Major, minor and patch number. */
export type Version = readonly [major: number, minor: number, patch: number];

/**
 * Reads the version that a text begins with, such as `v1.34.4`, `1.31-dev` or `1.30.2-distroless`.
 *
 * @returns undefined where there is none.
 */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch = "0"] = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?!\d)/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Tells whether `version` is `other` or a later one. */
export function isAtLeast(version: Version, other: Version): boolean {
  const [difference = 0] = version
    .map((number, place) => number - (other[place] ?? 0))
    .filter((each) => each !== 0);
  return difference >= 0;
}
