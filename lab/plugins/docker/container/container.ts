import { InitializationFailed, messageOf } from "../../shared/errors.ts";
import { inputChanges, withoutInternal } from "../../shared/inputs.ts";
import type { ResourceType } from "../../shared/provider.ts";
import { toPlain, UNKNOWN, withoutNulls, withSecretsOf } from "../../shared/value.ts";
import type { PropertyMap } from "../../shared/value.ts";
import type { DockerClient } from "../client.ts";
import { Containers } from "./containers.ts";
import type { Running } from "./containers.ts";
import { containerOutputs } from "./details.ts";
import { CHANGED_IN_PLACE, checkContainer } from "./inputs.ts";
import type { ContainerInputs } from "./inputs.ts";

/** Limit for a container to go away after it was told to. */
const DELETE_TIMEOUT_MS = 60_000;

/** Limit for asking what became of a container that didn't start, when its own time may be over. */
const LAST_LOOK_MS = 5_000;

/** `docker:index/container:Container`: a container that runs until it is deleted. */
export function containerResource(client: () => DockerClient): ResourceType {
  return {
    check({ news }) {
      const inputs = withoutNulls(news);
      return { inputs, failures: checkContainer(inputs) };
    },

    diff(request) {
      return {
        changes: inputChanges(request, (property) => !CHANGED_IN_PLACE.includes(property)),
        // Two containers can't have the same name.
        deleteBeforeReplace: true,
      };
    },

    async create({ inputs }, operation) {
      const properties = withoutInternal(inputs);
      if (operation.preview) {
        return { id: "", outputs: previewOutputs(properties) };
      }
      const settings = toPlain(properties) as unknown as ContainerInputs;
      const containers = new Containers(client());
      const id = await containers.create(settings, operation);
      let running: Running;
      try {
        await containers.start(id, operation.signal());
        running = await containers.whenReady(id, settings, operation);
      } catch (error) {
        // It is there all the same, so that the next update has to replace it.
        const details = await containers.inspect(id, AbortSignal.timeout(LAST_LOOK_MS));
        running = { details, failure: messageOf(error) };
      }
      return { id, outputs: outputsOf(id, properties, running) };
    },

    async read({ id, oldInputs }, operation) {
      const details = await new Containers(client()).inspect(id, operation.signal());
      if (!details) {
        return undefined;
      }
      const inputs = details.State.Running ? oldInputs : { ...oldInputs, mustRun: false };
      return { id, inputs, outputs: outputsOf(id, withoutInternal(oldInputs), { details }) };
    },

    async update({ id, oldOutputs, newInputs }, operation) {
      const properties = withoutInternal(newInputs);
      if (operation.preview) {
        // Ports that the daemon chose stay with a container that runs.
        const { mustRun, ports } = oldOutputs;
        const outputs = previewOutputs(properties);
        return mustRun === true && ports !== undefined ? { ...outputs, ports } : outputs;
      }
      const settings = toPlain(properties) as unknown as ContainerInputs;
      const containers = new Containers(client());
      await containers.start(id, operation.signal());
      return outputsOf(id, properties, await containers.whenReady(id, settings, operation));
    },

    async delete({ id }, operation) {
      await new Containers(client()).remove(id, operation.signal(DELETE_TIMEOUT_MS));
    },
  };
}

/** @throws InitializationFailed for a container that is there but not as asked for */
function outputsOf(id: string, inputs: PropertyMap, { details, failure }: Running): PropertyMap {
  if (!details) {
    throw new Error(failure);
  }
  const outputs = withSecretsOf(containerOutputs(inputs, details), inputs);
  if (failure !== undefined) {
    throw new InitializationFailed(failure, id, outputs, [failure]);
  }
  return outputs;
}

/** Outputs of a preview, in which the ports that the daemon will choose are unknown. */
function previewOutputs(inputs: PropertyMap): PropertyMap {
  return { ...inputs, mustRun: true, ...(inputs.ports !== undefined && { ports: UNKNOWN }) };
}
