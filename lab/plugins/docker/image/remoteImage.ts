import { changes } from "../../shared/diff.ts";
import { messageOf } from "../../shared/errors.ts";
import type { ResourceType } from "../../shared/provider.ts";
import { toPlain, UNKNOWN, withoutNulls } from "../../shared/value.ts";
import type { PropertyMap } from "../../shared/value.ts";
import { isStatus } from "../client.ts";
import { ensureImage, findImage } from "../daemon.ts";
import type { Daemon, ImageSummary } from "../daemon.ts";
import { checkProperties, withoutInternal } from "../properties.ts";
import { parseReference } from "../reference.ts";

const OFFERED = ["forceRemove", "keepLocally", "name", "platform", "pullTriggers", "triggers"];
const CHANGED_IN_PLACE = ["forceRemove", "keepLocally"];

interface RemoteImageInputs {
  name: string;
  platform?: string;
  /** The daemon keeps the image when the resource is deleted. */
  keepLocally?: boolean;
  forceRemove?: boolean;
}

/** `docker:index/remoteImage:RemoteImage`: an image that the daemon has, pulled if need be. */
export function remoteImageResource(daemon: () => Daemon): ResourceType {
  return {
    check({ news }) {
      const inputs = withoutNulls(news);
      const failures = checkProperties(inputs, OFFERED);
      if (inputs.name === undefined) {
        failures.push({ property: "name", reason: "missing required property" });
      }
      return { inputs, failures };
    },

    diff({ oldInputs, newInputs }) {
      return {
        changes: changes(withoutInternal(oldInputs), withoutInternal(newInputs)).map((change) => ({
          ...change,
          replace: !CHANGED_IN_PLACE.includes(String(change.path[0])),
        })),
        deleteBeforeReplace: false,
      };
    },

    async create({ inputs }, operation) {
      if (operation.preview) {
        return { id: "", outputs: { ...inputs, imageId: UNKNOWN, repoDigest: UNKNOWN } };
      }
      const { name, platform } = toPlain(inputs) as unknown as RemoteImageInputs;
      try {
        const image = await ensureImage(
          daemon(),
          name,
          platform,
          operation.signal(),
          operation.status,
        );
        return { id: image.id + name, outputs: outputsOf(inputs, name, image) };
      } catch (error) {
        throw new Error(`Unable to read Docker image into resource: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },

    async read({ oldInputs, oldOutputs }, operation) {
      const { name } = toPlain(oldOutputs) as unknown as RemoteImageInputs;
      const image = await findImage(daemon(), name, operation.signal());
      if (!image) {
        return undefined;
      }
      const outputs = outputsOf(oldInputs, name, image);
      return { id: image.id + name, inputs: oldInputs, outputs };
    },

    update({ oldOutputs, newInputs }) {
      const { imageId = "", repoDigest = "" } = oldOutputs;
      return Promise.resolve({ ...newInputs, imageId, repoDigest });
    },

    async delete({ oldOutputs }, operation) {
      const { name, keepLocally, forceRemove } = toPlain(
        oldOutputs,
      ) as unknown as RemoteImageInputs;
      if (keepLocally) {
        return;
      }
      try {
        await daemon().client.json({
          method: "DELETE",
          path: `/images/${name}`,
          query: { force: forceRemove ? "1" : undefined },
          signal: operation.signal(),
        });
      } catch (error) {
        if (isStatus(error, 404)) {
          return;
        }
        throw new Error(`Unable to remove Docker image: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

function outputsOf(inputs: PropertyMap, name: string, image: ImageSummary): PropertyMap {
  const { registry, path } = parseReference(name);
  const short = registry === "docker.io" ? path.replace(/^library\//, "") : `${registry}/${path}`;
  const repoDigest = image.repoDigests.find((known) => known.startsWith(`${short}@`)) ?? "";
  return { ...inputs, imageId: image.id, repoDigest };
}
