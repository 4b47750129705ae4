import { inputChanges } from "../../shared/inputs.ts";
import type { Operation, ResourceType } from "../../shared/provider.ts";
import { toPlain, withoutNulls } from "../../shared/value.ts";
import type { PropertyMap } from "../../shared/value.ts";
import type { DockerClient } from "../client.ts";
import { build, push } from "./build.ts";
import { checkImage, completed, withContextDigest } from "./inputs.ts";
import type { ImageInputs } from "./inputs.ts";

/** `docker:index/image:Image`: an image built from a folder and pushed to its registry. */
export function imageResource(client: () => DockerClient): ResourceType {
  return {
    check({ news }) {
      const inputs = completed(withoutNulls(news));
      const failures = checkImage(inputs);
      return { inputs: failures.length > 0 ? inputs : withContextDigest(inputs), failures };
    },

    diff(request) {
      return {
        changes: inputChanges(request, () => false),
        deleteBeforeReplace: false,
      };
    },

    async create({ inputs }, operation) {
      if (operation.preview) {
        return { id: "", outputs: inputs };
      }
      const outputs = await buildImage(client(), inputs, operation);
      return { id: outputs.imageName as string, outputs };
    },

    read({ id, oldInputs, oldOutputs }) {
      // Neither registry nor daemon is asked: the image is rebuilt only when its inputs change.
      return Promise.resolve({ id, inputs: oldInputs, outputs: oldOutputs });
    },

    update({ newInputs }, operation) {
      return operation.preview
        ? Promise.resolve(newInputs)
        : buildImage(client(), newInputs, operation);
    },

    delete() {
      // The image stays in the registry, as others may run it.
      return Promise.resolve();
    },
  };
}

async function buildImage(
  client: DockerClient,
  properties: PropertyMap,
  operation: Operation,
): Promise<PropertyMap> {
  const inputs = toPlain(properties) as unknown as ImageInputs;
  const signal = operation.signal();
  await build(client, inputs, operation, signal);
  return {
    imageName: inputs.imageName,
    repoDigest: await push(client, inputs, operation, signal),
  };
}
