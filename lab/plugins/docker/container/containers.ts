import { messageOf } from "../../shared/errors.ts";
import { pause } from "../../shared/pause.ts";
import type { Operation } from "../../shared/provider.ts";
import { isStatus } from "../client.ts";
import type { DockerRequest } from "../client.ts";
import { containerBody, updateBody } from "./body.ts";
import type { ContainerDetails } from "./details.ts";
import { DEFAULTS } from "./inputs.ts";
import type { ContainerInputs } from "./inputs.ts";
import { ensureImage } from "../daemon.ts";
import type { Daemon } from "../daemon.ts";
import { logTail } from "../logs.ts";

const POLL_MS = 100;

/** What became of a container that was started. */
export interface Running {
  /** Absent if it removed itself. */
  details: ContainerDetails | undefined;
  /** Why it isn't as asked for. */
  failure?: string;
}

/** What is done with containers, in the daemon's terms. */
export class Containers {
  readonly #daemon: Daemon;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  /** @returns the container's id; it doesn't run yet */
  async create(inputs: ContainerInputs, operation: Operation): Promise<string> {
    const signal = operation.signal();
    const { image, name } = inputs;
    try {
      await ensureImage(this.#daemon, image, undefined, signal, operation.status);
    } catch (error) {
      throw new Error(`Unable to create container with image ${image}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    try {
      const path = "/containers/create";
      const body = containerBody(inputs);
      const created = await this.#send({ method: "POST", path, query: { name }, body, signal });
      return (created as { Id: string }).Id;
    } catch (error) {
      throw new Error(`Unable to create container: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Connects it to the networks asked for, instead of to the default one. */
  async connect(id: string, inputs: ContainerInputs, signal: AbortSignal): Promise<void> {
    const { networksAdvanced = [] } = inputs;
    if (networksAdvanced.length === 0) {
      return;
    }
    const disconnect = "/networks/bridge/disconnect";
    await this.#send({ method: "POST", path: disconnect, body: { Container: id }, signal });
    for (const { name, aliases } of networksAdvanced) {
      const body = { Container: id, EndpointConfig: { Aliases: aliases } };
      await this.#send({ method: "POST", path: `/networks/${name}/connect`, body, signal });
    }
  }

  /** No error for one that runs. */
  async start(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#send({ method: "POST", path: `/containers/${id}/start`, signal });
    } catch (error) {
      throw new Error(`Unable to start container: ${messageOf(error)}`, { cause: error });
    }
  }

  async update(id: string, inputs: ContainerInputs, signal: AbortSignal): Promise<void> {
    try {
      const path = `/containers/${id}/update`;
      await this.#send({ method: "POST", path, body: updateBody(inputs), signal });
    } catch (error) {
      throw new Error(`Unable to update a container: ${messageOf(error)}`, { cause: error });
    }
  }

  /** @returns undefined if it is gone */
  async inspect(id: string, signal: AbortSignal): Promise<ContainerDetails | undefined> {
    try {
      const path = `/containers/${id}/json`;
      return (await this.#send({ method: "GET", path, signal })) as ContainerDetails;
    } catch (error) {
      if (isStatus(error, 404)) {
        return undefined;
      }
      throw error;
    }
  }

  /** Looks at a started container, where asked for not before it is healthy or can't be. */
  async whenReady(id: string, inputs: ContainerInputs, operation: Operation): Promise<Running> {
    const signal = operation.signal();
    const { wait, waitTimeout } = { ...DEFAULTS, ...inputs };
    const started = Date.now();
    let told: string | undefined;
    for (;;) {
      const details = await this.inspect(id, signal);
      if (!details) {
        return { details, failure: "the container exited and removed itself" };
      }
      const { Running, Health } = details.State;
      // One that ended although it was to run is told by its outputs, as a refresh would.
      if (!wait || !Running || Health?.Status === "healthy") {
        return { details };
      }
      if (Date.now() - started > waitTimeout * 1000) {
        const said = Health?.Log?.at(-1)?.Output.trim();
        const check = said ? `; its check says: ${said}` : "";
        const log = await logTail(this.#daemon, id, signal);
        const failure = `container failed to be in healthy state after ${waitTimeout}s${check}${log}`;
        return { details, failure };
      }
      const status = Health?.Status ?? "no check";
      if (status !== told) {
        operation.status(`Waiting for it to be healthy: ${status}`);
      }
      told = status;
      await pause(POLL_MS, signal);
    }
  }

  /** Stops and removes it, and waits until it is gone; no error for one that is. */
  async remove(id: string, inputs: Partial<ContainerInputs>, signal: AbortSignal): Promise<void> {
    const { destroyGraceSeconds = 0, removeVolumes = DEFAULTS.removeVolumes } = inputs;
    const path = `/containers/${id}`;
    const ignoreGone = (error: unknown): void => {
      // 409: it is being removed already, as with `rm`.
      if (!isStatus(error, 404, 409)) {
        throw error;
      }
    };
    const stop = { t: String(destroyGraceSeconds) };
    await this.#send({ method: "POST", path: `${path}/stop`, query: stop, signal }).catch(
      ignoreGone,
    );
    const query = { force: "1", v: removeVolumes ? "1" : undefined };
    await this.#send({ method: "DELETE", path, query, signal }).catch(ignoreGone);
    while (await this.inspect(id, signal)) {
      await pause(POLL_MS, signal);
    }
  }

  #send(request: DockerRequest): Promise<unknown> {
    return this.#daemon.client.json(request);
  }
}
