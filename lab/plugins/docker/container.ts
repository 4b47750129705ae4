import { changes } from "../shared/diff.ts";
import { InitializationFailed, messageOf } from "../shared/errors.ts";
import { pause } from "../shared/pause.ts";
import type { CheckFailure, Operation, ResourceType } from "../shared/provider.ts";
import {
  isList,
  reveal,
  toPlain,
  UNKNOWN,
  withSecretsOf,
  type PropertyMap,
} from "../shared/value.ts";
import { isStatus, type DockerRequest } from "./client.ts";
import { containerBody, updateBody } from "./containerBody.ts";
import { containerOutputs, type ContainerDetails } from "./containerDetails.ts";
import { CHANGED_IN_PLACE, DEFAULTS, OFFERED, type ContainerInputs } from "./containerInputs.ts";
import { ensureImage, type Daemon } from "./daemon.ts";
import { logTail } from "./logs.ts";
import { checkNamed, withoutInternal } from "./properties.ts";

const POLL_MS = 100;

/** Outputs that the daemon decides about. */
const CHOSEN = ["bridge", "networkDatas", "ports"];

/** How long a started container is watched, as a wrong command line ends it at once. */
const SETTLE_MS = 300;

/** For a container to go away after it was told to. */
const DELETE_TIMEOUT_MS = 60_000;

/** `docker:index/container:Container`: a container that runs until it is deleted. */
export function containerResource(daemon: () => Daemon): ResourceType {
  const send = (request: DockerRequest): Promise<unknown> => daemon().client.json(request);

  async function inspect(id: string, signal: AbortSignal): Promise<ContainerDetails | undefined> {
    try {
      const path = `/containers/${id}/json`;
      return (await send({ method: "GET", path, signal })) as ContainerDetails;
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async function create(inputs: ContainerInputs, operation: Operation): Promise<string> {
    const signal = operation.signal();
    try {
      await ensureImage(daemon(), inputs.image, undefined, signal, operation.status);
    } catch (error) {
      throw new Error(
        `Unable to create container with image ${inputs.image}: ${messageOf(error)}`,
        { cause: error },
      );
    }
    try {
      const created = await send({
        method: "POST",
        path: "/containers/create",
        query: { name: inputs.name },
        body: containerBody(inputs),
        signal,
      });
      return (created as { Id: string }).Id;
    } catch (error) {
      throw new Error(`Unable to create container: ${messageOf(error)}`, { cause: error });
    }
  }

  async function connect(id: string, inputs: ContainerInputs, signal: AbortSignal): Promise<void> {
    const { networksAdvanced = [] } = inputs;
    if (networksAdvanced.length === 0) return;
    const disconnect = { Container: id };
    await send({ method: "POST", path: "/networks/bridge/disconnect", body: disconnect, signal });
    for (const { name, aliases } of networksAdvanced) {
      const body = { Container: id, EndpointConfig: { Aliases: aliases } };
      await send({ method: "POST", path: `/networks/${name}/connect`, body, signal });
    }
  }

  async function start(id: string, signal: AbortSignal): Promise<void> {
    try {
      await send({ method: "POST", path: `/containers/${id}/start`, signal });
    } catch (error) {
      throw new Error(`Unable to start container: ${messageOf(error)}`, { cause: error });
    }
  }

  async function remove(
    id: string,
    inputs: Partial<ContainerInputs>,
    signal: AbortSignal,
  ): Promise<void> {
    const { destroyGraceSeconds = 0, removeVolumes = DEFAULTS.removeVolumes } = inputs;
    const path = `/containers/${id}`;
    const ignoreGone = (error: unknown): undefined => {
      // 409: it is being removed already, as with `rm`.
      if (!isStatus(error, 404, 409)) throw error;
      return undefined;
    };
    const stop = { t: String(destroyGraceSeconds) };
    await send({ method: "POST", path: `${path}/stop`, query: stop, signal }).catch(ignoreGone);
    const query = { force: "1", v: removeVolumes ? "1" : undefined };
    await send({ method: "DELETE", path, query, signal }).catch(ignoreGone);
    while (await inspect(id, signal)) await pause(POLL_MS, signal);
  }

  /** @returns the details once it runs and, if asked for, is healthy; else why it doesn't */
  async function running(
    id: string,
    inputs: ContainerInputs,
    operation: Operation,
  ): Promise<{ details: ContainerDetails | undefined; failure?: string }> {
    const signal = operation.signal();
    const { mustRun = DEFAULTS.mustRun, wait = DEFAULTS.wait } = inputs;
    const seconds = inputs.waitTimeout ?? DEFAULTS.waitTimeout;
    const started = Date.now();
    for (;;) {
      const details = await inspect(id, signal);
      if (!details) return { details, failure: "the container exited and removed itself" };
      const { Running, ExitCode, Health } = details.State;
      if (!Running && mustRun) {
        const log = await logTail(daemon(), id, signal);
        return { details, failure: `the container exited with code ${ExitCode}${log}` };
      }
      const settled = !mustRun || Date.now() - started > SETTLE_MS;
      if (!Running || (settled && (!wait || Health?.Status === "healthy"))) return { details };
      if (wait) operation.status(`Waiting for it to be healthy: ${Health?.Status ?? "no check"}`);
      if (wait && Date.now() - started > seconds * 1000) {
        const log = await logTail(daemon(), id, signal);
        const said = Health?.Log?.at(-1)?.Output.trim();
        const check = said ? `; its check says: ${said}` : "";
        const failure = `container failed to be in healthy state after ${seconds}s${check}${log}`;
        return { details, failure };
      }
      await pause(POLL_MS, signal);
    }
  }

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
      if (operation.preview) return { id: "", outputs: previewOutputs(properties) };
      const settings = toPlain(properties) as unknown as ContainerInputs;
      const id = await create(settings, operation);
      try {
        await connect(id, settings, operation.signal());
        await start(id, operation.signal());
      } catch (error) {
        // It never ran, so nobody needs what is left of it.
        await remove(id, settings, AbortSignal.timeout(DELETE_TIMEOUT_MS));
        throw error;
      }
      const { details, failure } = await running(id, settings, operation);
      if (!details) throw new Error(failure);
      const outputs = withSecretsOf(containerOutputs(properties, details), properties);
      if (failure !== undefined) throw new InitializationFailed(failure, id, outputs, [failure]);
      return { id, outputs };
    },

    async read({ id, oldInputs }, operation) {
      const details = await inspect(id, operation.signal());
      if (!details) return undefined;
      const properties = withoutInternal(oldInputs);
      const outputs = withSecretsOf(containerOutputs(properties, details), properties);
      const stopped = !details.State.Running && (reveal(oldInputs).mustRun ?? DEFAULTS.mustRun);
      return { id, inputs: stopped ? { ...oldInputs, mustRun: false } : oldInputs, outputs };
    },

    async update({ id, oldOutputs, newInputs }, operation) {
      const properties = withoutInternal(newInputs);
      if (operation.preview) return { ...previewOutputs(properties), ...chosenBefore(oldOutputs) };
      const settings = toPlain(properties) as unknown as ContainerInputs;
      const signal = operation.signal();
      try {
        const path = `/containers/${id}/update`;
        await send({ method: "POST", path, body: updateBody(settings), signal });
      } catch (error) {
        throw new Error(`Unable to update a container: ${messageOf(error)}`, { cause: error });
      }
      if (settings.mustRun ?? DEFAULTS.mustRun) await start(id, signal);
      const { details, failure } = await running(id, settings, operation);
      if (!details) throw new Error(failure);
      const outputs = withSecretsOf(containerOutputs(properties, details), properties);
      if (failure !== undefined) throw new InitializationFailed(failure, id, outputs, [failure]);
      return outputs;
    },

    async delete({ id, oldOutputs }, operation) {
      const settings = toPlain(oldOutputs) as unknown as ContainerInputs;
      await remove(id, settings, operation.signal(DELETE_TIMEOUT_MS));
    },
  };
}

function checkContainer(inputs: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const { command, image } = reveal(inputs);
  if (image === undefined)
    failures.push({ property: "image", reason: "missing required property" });
  if (isList(command) && command.includes("")) {
    failures.push({ property: "command", reason: "values for command may not be empty" });
  }
  return failures;
}

/** What the daemon chose for a container that runs stays as it is when the container is changed. */
function chosenBefore(oldOutputs: PropertyMap): PropertyMap {
  if (oldOutputs.mustRun === false) return {};
  const kept = Object.entries(oldOutputs).filter(([key]) => CHOSEN.includes(key));
  return Object.fromEntries(kept);
}

/** What the daemon will choose is unknown, above all the ports that the program leaves to it. */
function previewOutputs(inputs: PropertyMap): PropertyMap {
  return {
    ...DEFAULTS,
    ...inputs,
    ...Object.fromEntries(
      CHOSEN.filter((key) => key !== "ports" || inputs.ports !== undefined).map((key) => [
        key,
        UNKNOWN,
      ]),
    ),
  };
}
