import { existsSync } from "node:fs";
import { join } from "node:path";
import { changes } from "../shared/diff.ts";
import type { CheckFailure, Operation, ResourceType } from "../shared/provider.ts";
import {
  hasUnknowns,
  isMap,
  reveal,
  secret,
  toPlain,
  unwrap,
  withoutNulls,
  withSecretsOf,
  type PropertyMap,
} from "../shared/value.ts";
import { digestOf, packContext, readContext } from "./context.ts";
import { findImage, type Daemon } from "./daemon.ts";
import { followProgress } from "./progress.ts";
import { checkProperties, withoutInternal } from "./properties.ts";
import { parseReference, pinnedName } from "./reference.ts";

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
interface ImageInputs {
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

/** `docker:index/image:Image`: an image built from a folder and pushed to its registry. */
export function imageResource(daemon: () => Daemon): ResourceType {
  return {
    check({ news }) {
      const inputs = withDefaults(withoutNulls(news));
      const failures = [...checkProperties(inputs, OFFERED), ...checkImage(inputs)];
      if (failures.length > 0) return { inputs, failures };
      return { inputs: withContextDigest(inputs), failures };
    },

    diff({ oldInputs, newInputs }) {
      const found = changes(withoutInternal(oldInputs), withoutInternal(newInputs));
      return {
        // Logging in with another password doesn't make another image.
        changes: found
          .filter(({ path }) => !(path[0] === "registry" && path[1] !== "server"))
          .map((change) => ({ ...change, replace: false })),
        deleteBeforeReplace: false,
      };
    },

    async create({ inputs }, operation) {
      if (operation.preview && !isBuiltInPreview(inputs)) return { id: "", outputs: inputs };
      const outputs = await buildImage(daemon(), inputs, operation);
      return { id: operation.preview ? "" : (outputs.imageName as string), outputs };
    },

    read({ id, oldInputs, oldOutputs }) {
      // Neither registry nor daemon is asked: the image is rebuilt only when its inputs change.
      return Promise.resolve({ id, inputs: oldInputs, outputs: oldOutputs });
    },

    async update({ newInputs }, operation) {
      if (operation.preview && !isBuiltInPreview(newInputs)) return newInputs;
      return buildImage(daemon(), newInputs, operation);
    },

    delete() {
      // The image stays in the registry, as others may run it.
      return Promise.resolve();
    },
  };
}

function withDefaults(inputs: PropertyMap): PropertyMap {
  const given = unwrap(inputs.build) ?? {};
  if (!isMap(given)) return { ...inputs, buildOnPreview: inputs.buildOnPreview ?? false };
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

function checkImage(inputs: PropertyMap): CheckFailure[] {
  const { build, imageName, skipPush } = reveal(inputs);
  const failures: CheckFailure[] = [];
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
  if (!isMap(build)) return failures;
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
function withContextDigest(inputs: PropertyMap): PropertyMap {
  const build = unwrap(inputs.build);
  if (!isMap(build)) return inputs;
  const { context, dockerfile } = reveal(build);
  if (typeof context !== "string" || typeof dockerfile !== "string") return inputs;
  const contextDigest = digestOf(readContext(context, dockerfile));
  return withSecretsOf({ ...inputs, build: { ...build, contextDigest } }, inputs);
}

function isBuiltInPreview(inputs: PropertyMap): boolean {
  return inputs.buildOnPreview === true && !hasUnknowns(inputs);
}

async function buildImage(
  daemon: Daemon,
  properties: PropertyMap,
  operation: Operation,
): Promise<PropertyMap> {
  const inputs = toPlain(properties) as unknown as ImageInputs;
  const { imageName, registry = {}, skipPush = false } = inputs;
  const signal = operation.signal();
  const imageId = await build(daemon, inputs, operation, signal);
  const local = skipPush || operation.preview;
  return {
    dockerfile: readContext(inputs.build.context, inputs.build.dockerfile).dockerfile,
    context: inputs.build.context,
    baseImageName: imageName,
    registryServer: registry.server ?? "",
    imageName,
    platform: inputs.build.platform,
    repoDigest: local ? imageId : await push(daemon, inputs, operation, signal),
    __inputs: secret(withoutInternal(properties)),
  };
}

/** @returns the id of the image */
async function build(
  { client }: Daemon,
  { imageName, build: { context, dockerfile, platform, args, target } }: ImageInputs,
  operation: Operation,
  signal: AbortSignal,
): Promise<string> {
  operation.status("Starting Docker build");
  const buildContext = readContext(context, dockerfile);
  const response = await client.stream({
    method: "POST",
    path: "/build",
    query: {
      version: "1",
      t: imageName,
      dockerfile: buildContext.dockerfile,
      platform,
      target,
      buildargs: args && JSON.stringify(args),
    },
    headers: { "content-type": "application/x-tar" },
    body: packContext(buildContext, signal),
    signal,
  });
  const { imageId } = await followProgress(response, operation.status);
  if (imageId === undefined) throw new Error("no image id found in build output");
  return imageId;
}

/** @returns the pushed image's name with its digest */
async function push(
  daemon: Daemon,
  { imageName, registry = {} }: ImageInputs,
  operation: Operation,
  signal: AbortSignal,
): Promise<string> {
  operation.status("Pushing Image to the registry");
  const reference = parseReference(imageName);
  const { username, password } = registry;
  const login = username && password ? { username, password } : undefined;
  const response = await daemon.client.stream({
    method: "POST",
    path: `/images/${reference.registry}/${reference.path}/push`,
    query: { tag: reference.tag ?? "latest" },
    headers: daemon.credentials.header(reference.registry, login),
    signal,
  });
  const { digest } = await followProgress(response, operation.status);
  if (digest !== undefined) return pinnedName(reference, digest);
  const repository = `${reference.registry}/${reference.path}@`;
  const image = await findImage(daemon, imageName, signal);
  const known = image?.repoDigests.find((name) => name.startsWith(repository));
  if (known === undefined) throw new Error(`the push of ${imageName} reported no digest`);
  return known;
}
