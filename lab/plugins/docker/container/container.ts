import { changes } from "../../shared/diff.ts";
import { InitializationFailed, messageOf } from "../../shared/errors.ts";
import type { CheckFailure, ResourceType } from "../../shared/provider.ts";
import { isList, reveal, toPlain, UNKNOWN, withSecretsOf } from "../../shared/value.ts";
import type { PropertyMap } from "../../shared/value.ts";
import { containerOutputs } from "./details.ts";
import { CHANGED_IN_PLACE, DEFAULTS, OFFERED } from "./inputs.ts";
import type { ContainerInputs } from "./inputs.ts";
import { Containers } from "./containers.ts";
import type { Running } from "./containers.ts";
import type { Daemon } from "../daemon.ts";
import { checkNamed, withoutInternal } from "../properties.ts";

/** Outputs that the daemon decides about. */
const CHOSEN = ["bridge", "networkDatas", "ports"];

/** For a container to go away after it was told to. */
const DELETE_TIMEOUT_MS = 60_000;

/** For what became of a container that didn't start, when its own time may be over. */
const LAST_LOOK_MS = 5_000;

/** `docker:index/container:Container`: a container that runs until it is deleted. */
export function containerResource(daemon: () => Daemon): ResourceType {
  return {
    check(request) {
      const { inputs, failures } = checkNamed(request, OFFERED);
      return { inputs, failures: [...failures, ...checkContainer(inputs)] };
    },

    diff({ oldInputs, newInputs }) {
      return {
        changes: changes(withoutInternal(oldInputs), withoutInternal(newInputs)).map((change) => ({
          ...change,
          replace: !CHANGED_IN_PLACE.includes(String(change.path[0])),
        })),
        // Two containers can't have the same name or port.
        deleteBeforeReplace: true,
      };
    },

    async create({ inputs }, operation) {
      const properties = withoutInternal(inputs);
      if (operation.preview) {
        return { id: "", outputs: previewOutputs(properties) };
      }
      const settings = toPlain(properties) as unknown as ContainerInputs;
      const containers = new Containers(daemon());
      const id = await containers.create(settings, operation);
      let running: Running;
      try {
        await containers.connect(id, settings, operation.signal());
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
      const details = await new Containers(daemon()).inspect(id, operation.signal());
      if (!details) {
        return undefined;
      }
      const outputs = outputsOf(id, withoutInternal(oldInputs), { details });
      const stopped = !details.State.Running && (reveal(oldInputs).mustRun ?? DEFAULTS.mustRun);
      return { id, inputs: stopped ? { ...oldInputs, mustRun: false } : oldInputs, outputs };
    },

    async update({ id, oldOutputs, newInputs }, operation) {
      const properties = withoutInternal(newInputs);
      if (operation.preview) {
        return { ...previewOutputs(properties), ...chosenBefore(oldOutputs) };
      }
      const settings = toPlain(properties) as unknown as ContainerInputs;
      const containers = new Containers(daemon());
      await containers.update(id, settings, operation.signal());
      if (settings.mustRun ?? DEFAULTS.mustRun) {
        await containers.start(id, operation.signal());
      }
      const running = await containers.whenReady(id, settings, operation);
      return outputsOf(id, properties, running);
    },

    async delete({ id, oldOutputs }, operation) {
      const settings = toPlain(oldOutputs) as unknown as ContainerInputs;
      await new Containers(daemon()).remove(id, settings, operation.signal(DELETE_TIMEOUT_MS));
    },
  };
}

function checkContainer(inputs: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const { command, image } = reveal(inputs);
  if (image === undefined) {
    failures.push({ property: "image", reason: "missing required property" });
  }
  if (isList(command) && command.includes("")) {
    failures.push({ property: "command", reason: "values for command may not be empty" });
  }
  return failures;
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

/** What the daemon chose for a container that runs stays as it is when the container is changed. */
function chosenBefore(oldOutputs: PropertyMap): PropertyMap {
  if (oldOutputs.mustRun === false) {
    return {};
  }
  const kept = Object.entries(oldOutputs).filter(([key]) => CHOSEN.includes(key));
  return Object.fromEntries(kept);
}

/** What the daemon will choose is unknown, above all the ports that the program leaves to it. */
function previewOutputs(inputs: PropertyMap): PropertyMap {
  const toCome = CHOSEN.filter((key) => key !== "ports" || inputs.ports !== undefined);
  return {
    ...DEFAULTS,
    ...inputs,
    ...Object.fromEntries(toCome.map((key) => [key, UNKNOWN])),
  };
}
