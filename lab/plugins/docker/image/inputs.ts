import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CheckFailure } from "../../shared/provider.ts";
import { isMap, reveal, UNKNOWN, unwrap, withSecretsOf } from "../../shared/value.ts";
import type { PropertyMap } from "../../shared/value.ts";
import { refuseOthers, requireAll } from "../properties.ts";
import type { Offered } from "../properties.ts";
import { digestOf, readContext } from "./context.ts";
import { parseReference } from "./reference.ts";

/** Inputs after a check, which adds the platform. */
export interface ImageInputs {
  imageName: string;
  build: {
    context: string;
    dockerfile: string;
    /** `os/arch`; by default this machine's. */
    platform: string;
    args?: Record<string, string>;
  };
}

const OFFERED: Offered = {
  imageName: true,
  build: {
    args: true,
    builderVersion: true,
    context: true,
    // Added by the check.
    contextDigest: true,
    dockerfile: true,
    platform: true,
  },
};

/** Switches that the SDK's package sets to false where the program says nothing. */
const SWITCHES = ["buildOnPreview", "skipPush"];

/** Fills in the platform, and drops switches that are off. */
export function completed(inputs: PropertyMap): PropertyMap {
  const given = Object.fromEntries(
    Object.entries(inputs).filter(([key, value]) => !(SWITCHES.includes(key) && value === false)),
  );
  const build = unwrap(given.build);
  return isMap(build)
    ? withSecretsOf({ ...given, build: { platform: hostPlatform(), ...build } }, given)
    : given;
}

function hostPlatform(): string {
  const architecture = { x64: "amd64", ia32: "386" }[process.arch as string] ?? process.arch;
  return `linux/${architecture}`;
}

/** Names what is wrong with completed inputs. */
export function checkImage(inputs: PropertyMap): CheckFailure[] {
  const { build, imageName } = reveal(inputs);
  const failures = [
    ...refuseOthers(inputs, OFFERED),
    ...requireAll(inputs, ["build", "imageName"]),
  ];
  if (typeof imageName === "string" && !parseReference(imageName).qualified) {
    failures.push({
      property: "imageName",
      reason:
        `"${imageName}": repository name must be canonical. This resource requires all image ` +
        "names to be fully qualified; for Docker Hub, prefix the name with `docker.io`",
    });
  }
  return isMap(build) ? [...failures, ...checkBuild(build)] : failures;
}

function checkBuild(build: PropertyMap): CheckFailure[] {
  const failures = requireAll(build, ["context", "dockerfile"], "build.");
  const { builderVersion, context, dockerfile } = build;
  if (builderVersion !== "BuilderV1" && builderVersion !== UNKNOWN) {
    const reason = "the lab's docker plugin builds with BuilderV1 only: ask for it";
    failures.push({ property: "build.builderVersion", reason });
  }
  if (typeof dockerfile === "string" && !existsSync(dockerfile)) {
    const reason = `could not open dockerfile at relative path "${dockerfile}"`;
    failures.push({ property: "build.dockerfile", reason });
  }
  if (typeof context === "string" && typeof dockerfile === "string") {
    for (const file of [join(context, ".dockerignore"), `${dockerfile}.dockerignore`]) {
      if (existsSync(file)) {
        const reason = `the lab's docker plugin sends the whole folder and can't follow ${file}: remove it`;
        failures.push({ property: "build.context", reason });
      }
    }
  }
  return failures;
}

/** Adds a digest of the folder that is built, so that a changed file is a changed input. */
export function withContextDigest(inputs: PropertyMap): PropertyMap {
  const build = unwrap(inputs.build);
  if (!isMap(build)) {
    return inputs;
  }
  const { context, dockerfile } = reveal(build);
  if (typeof context !== "string" || typeof dockerfile !== "string") {
    return inputs;
  }
  const contextDigest = digestOf(readContext(context, dockerfile));
  return withSecretsOf({ ...inputs, build: { ...build, contextDigest } }, inputs);
}
