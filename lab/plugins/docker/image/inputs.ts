import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CheckFailure } from "../../shared/provider.ts";
import { isMap, reveal, unwrap, withSecretsOf } from "../../shared/value.ts";
import type { PropertyMap } from "../../shared/value.ts";
import { digestOf, readContext } from "./context.ts";
import { checkProperties } from "../properties.ts";
import { parseReference } from "../reference.ts";

const OFFERED = ["build", "buildOnPreview", "imageName", "registry", "skipPush"];
const BUILD_OFFERED = [
  "args",
  "builderVersion",
  "context",
  "contextDigest",
  "dockerfile",
  "platform",
  "target",
];

/** The inputs after a check, which fills in what the program leaves out. */
export interface ImageInputs {
  imageName: string;
  build: {
    context: string;
    dockerfile: string;
    platform: string;
    args?: Record<string, string>;
    target?: string;
  };
  registry?: { server?: string; username?: string; password?: string };
  skipPush?: boolean;
  buildOnPreview?: boolean;
}

/** With what is built from what, where the program leaves it out. */
export function withDefaults(inputs: PropertyMap): PropertyMap {
  const given = unwrap(inputs.build) ?? {};
  if (!isMap(given)) {
    return { ...inputs, buildOnPreview: inputs.buildOnPreview ?? false };
  }
  const context = given.context ?? ".";
  const build: PropertyMap = {
    ...given,
    context,
    dockerfile:
      given.dockerfile ?? (typeof context === "string" ? join(context, "Dockerfile") : context),
    platform: given.platform ?? hostPlatform(),
  };
  return withSecretsOf(
    { ...inputs, build, buildOnPreview: inputs.buildOnPreview ?? false },
    inputs,
  );
}

function hostPlatform(): string {
  const architecture = { x64: "amd64", ia32: "386" }[process.arch as string] ?? process.arch;
  return `linux/${architecture}`;
}

/** What is wrong with inputs that have their defaults. */
export function checkImage(inputs: PropertyMap): CheckFailure[] {
  const { build, imageName, skipPush } = reveal(inputs);
  const failures = checkProperties(inputs, OFFERED);
  if (imageName === undefined) {
    failures.push({ property: "imageName", reason: "missing required property" });
  }
  if (typeof imageName === "string" && skipPush !== true && !parseReference(imageName).qualified) {
    failures.push({
      property: "imageName",
      reason:
        `"${imageName}": repository name must be canonical. This resource requires all image ` +
        "names to be fully qualified; for Docker Hub, prefix the name with `docker.io`",
    });
  }
  if (!isMap(build)) {
    return failures;
  }
  for (const { property, reason } of checkProperties(build, BUILD_OFFERED)) {
    failures.push({ property: `build.${property}`, reason });
  }
  if (build.builderVersion === "BuilderBuildKit") {
    failures.push({
      property: "build.builderVersion",
      reason: "the lab's docker plugin builds with BuilderV1 only",
    });
  }
  if (typeof build.dockerfile === "string" && !existsSync(build.dockerfile)) {
    failures.push({
      property: "build.dockerfile",
      reason: `could not open dockerfile at relative path "${build.dockerfile}"`,
    });
  }
  return failures;
}

/** With a digest of what is built, so that a changed file is a changed input. */
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
