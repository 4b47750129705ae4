import { changes } from "../../shared/diff.ts";
import type { Operation, ResourceType } from "../../shared/provider.ts";
import { hasUnknowns, secret, toPlain, withoutNulls } from "../../shared/value.ts";
import type { PropertyMap } from "../../shared/value.ts";
import { readContext } from "./context.ts";
import type { Daemon } from "../daemon.ts";
import { build, push } from "./build.ts";
import { checkImage, withContextDigest, withDefaults } from "./inputs.ts";
import type { ImageInputs } from "./inputs.ts";
import { withoutInternal } from "../properties.ts";

/** `docker:index/image:Image`: an image built from a folder and pushed to its registry. */
export function imageResource(daemon: () => Daemon): ResourceType {
  return {
    check({ news }) {
      const inputs = withDefaults(withoutNulls(news));
      const failures = checkImage(inputs);
      if (failures.length > 0) {
        return { inputs, failures };
      }
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
      if (operation.preview && !isBuiltInPreview(inputs)) {
        return { id: "", outputs: inputs };
      }
      const outputs = await buildImage(daemon(), inputs, operation);
      return { id: operation.preview ? "" : (outputs.imageName as string), outputs };
    },

    read({ id, oldInputs, oldOutputs }) {
      // Neither registry nor daemon is asked: the image is rebuilt only when its inputs change.
      return Promise.resolve({ id, inputs: oldInputs, outputs: oldOutputs });
    },

    async update({ newInputs }, operation) {
      if (operation.preview && !isBuiltInPreview(newInputs)) {
        return newInputs;
      }
      return buildImage(daemon(), newInputs, operation);
    },

    delete() {
      // The image stays in the registry, as others may run it.
      return Promise.resolve();
    },
  };
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
