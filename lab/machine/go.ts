import type { Machine } from "./machine.ts";

/** Oldest Go version that builds the modules of Istio and Pulumi, which name it. */
const MINIMUM_GO = [1, 26] as const;

/** Oldest Go version that fetches a newer toolchain by itself, unless GOTOOLCHAIN=local. */
const GO_WITH_TOOLCHAINS = [1, 21] as const;

/** Says that Go is missing or too old; empty if it will do. */
export function goProblems(machine: Machine): string[] {
  const wanted = `Go ${MINIMUM_GO.join(".")} or later is needed`;
  if (!machine.has("go")) {
    return [`go is not on PATH: ${wanted}. Install it from go.dev/dl.`];
  }
  const [version = "", toolchain] = machine
    .output("go", "env", "GOVERSION", "GOTOOLCHAIN")
    .split("\n");
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const atLeast = ([wantedMajor, wantedMinor]: readonly [number, number]): boolean =>
    Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor);
  if (atLeast(MINIMUM_GO) || (atLeast(GO_WITH_TOOLCHAINS) && toolchain !== "local")) {
    return [];
  }
  return [`${version} is too old: ${wanted}. Install it from go.dev/dl.`];
}
