import { messageOf } from "../../shared/errors.ts";
import { inputChanges } from "../../shared/inputs.ts";
import type { CheckFailure, ResourceType } from "../../shared/provider.ts";
import { toPlain, UNKNOWN, withoutNulls } from "../../shared/value.ts";
import type { PropertyMap } from "../../shared/value.ts";
import type { DockerClient } from "../client.ts";
import { refuseOthers, requireAll } from "../properties.ts";
import { ensureImage, findImage } from "./pull.ts";
import type { ImageSummary } from "./pull.ts";
import { parseReference } from "./reference.ts";

/** `docker:index/remoteImage:RemoteImage`: an image that the daemon has, pulled if need be. */
export function remoteImageResource(client: () => DockerClient): ResourceType {
  return {
    check({ news }) {
      const inputs = withoutNulls(news);
      return { inputs, failures: checkRemoteImage(inputs) };
    },

    diff(request) {
      return {
        changes: inputChanges(request, () => true),
        deleteBeforeReplace: false,
      };
    },

    async create({ inputs }, operation) {
      if (operation.preview) {
        return { id: "", outputs: { ...inputs, imageId: UNKNOWN, repoDigest: UNKNOWN } };
      }
      const name = nameOf(inputs);
      try {
        const image = await ensureImage(client(), name, operation.signal(), operation.status);
        return { id: image.id + name, outputs: outputsOf(inputs, name, image) };
      } catch (error) {
        throw new Error(`Unable to read Docker image into resource: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },

    async read({ oldInputs, oldOutputs }, operation) {
      const name = nameOf(oldOutputs);
      const image = await findImage(client(), name, operation.signal());
      if (!image) {
        return undefined;
      }
      const outputs = outputsOf(oldInputs, name, image);
      return { id: image.id + name, inputs: oldInputs, outputs };
    },

    update: () => Promise.reject(new Error("an image can't be changed in place")),

    delete() {
      // The daemon keeps the image, as `keepLocally` says: others may run it.
      return Promise.resolve();
    },
  };
}

function checkRemoteImage(inputs: PropertyMap): CheckFailure[] {
  const failures = [
    ...refuseOthers(inputs, { keepLocally: true, name: true }),
    ...requireAll(inputs, ["name"]),
  ];
  if (inputs.keepLocally !== true) {
    const reason = "the lab's docker plugin removes no image: set keepLocally to true";
    failures.push({ property: "keepLocally", reason });
  }
  return failures;
}

function nameOf(properties: PropertyMap): string {
  return (toPlain(properties) as { name: string }).name;
}

function outputsOf(inputs: PropertyMap, name: string, image: ImageSummary): PropertyMap {
  const { registry, path } = parseReference(name);
  const short = registry === "docker.io" ? path.replace(/^library\//, "") : `${registry}/${path}`;
  const repoDigest = image.repoDigests.find((known) => known.startsWith(`${short}@`)) ?? "";
  return { ...inputs, imageId: image.id, repoDigest };
}
