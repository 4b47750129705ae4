import { messageOf } from "../../shared/errors.ts";
import { pause } from "../../shared/pause.ts";
import type { Operation } from "../../shared/provider.ts";
import { isStatus } from "../client.ts";
import type { DockerClient } from "../client.ts";
import { ensureImage } from "../image/pull.ts";
import { containerBody } from "./body.ts";
import type { ContainerDetails } from "./details.ts";
import type { ContainerInputs } from "./inputs.ts";
import { logTail } from "./logs.ts";

const POLL_MS = 100;

/** A container after its start, as the daemon describes it. */
export interface Running {
  /** Absent if somebody removed it. */
  details: ContainerDetails | undefined;
  /** Reason why it isn't as asked for. */
  failure?: string;
}

/** Creates, starts, inspects and removes containers, in the daemon's terms. */
export class Containers {
  readonly #client: DockerClient;

  constructor(client: DockerClient) {
    this.#client = client;
  }

  /** @returns the container's id; it doesn't run yet */
  async create(inputs: ContainerInputs, operation: Operation): Promise<string> {
    const signal = operation.signal();
    const { image, name } = inputs;
    try {
      await ensureImage(this.#client, image, signal, operation.status);
    } catch (error) {
      throw new Error(`Unable to create container with image ${image}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    try {
      const path = "/containers/create";
      const body = containerBody(inputs);
      const request = { method: "POST", path, query: { name }, body, signal } as const;
      return ((await this.#client.json(request)) as { Id: string }).Id;
    } catch (error) {
      throw new Error(`Unable to create container: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Starts the container, unless it runs. */
  async start(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.json({ method: "POST", path: `/containers/${id}/start`, signal });
    } catch (error) {
      throw new Error(`Unable to start container: ${messageOf(error)}`, { cause: error });
    }
  }

  /** @returns undefined if the container is gone */
  async inspect(id: string, signal: AbortSignal): Promise<ContainerDetails | undefined> {
    try {
      const path = `/containers/${id}/json`;
      return (await this.#client.json({ method: "GET", path, signal })) as ContainerDetails;
    } catch (error) {
      if (isStatus(error, 404)) {
        return undefined;
      }
      throw error;
    }
  }

  /** Inspects a started container; with `wait` only once it is healthy, or can't be any more. */
  async whenReady(id: string, inputs: ContainerInputs, operation: Operation): Promise<Running> {
    const signal = operation.signal();
    const { wait = false, waitTimeout = 60 } = inputs;
    const started = Date.now();
    let told: string | undefined;
    for (;;) {
      const details = await this.inspect(id, signal);
      if (!details) {
        return { details, failure: "the container was removed after its start" };
      }
      const { Running, Health } = details.State;
      // A container that ended is no failure: its outputs tell so, as after a refresh.
      if (!wait || !Running || Health?.Status === "healthy") {
        return { details };
      }
      if (Date.now() - started > waitTimeout * 1000) {
        const said = Health?.Log?.at(-1)?.Output.trim();
        const check = said ? `; its check says: ${said}` : "";
        const log = await logTail(this.#client, id, signal);
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

  /** Kills and removes the container with its anonymous volumes, and waits until it is gone. */
  async remove(id: string, signal: AbortSignal): Promise<void> {
    const path = `/containers/${id}`;
    const query = { force: "1", v: "1" };
    await this.#client.json({ method: "DELETE", path, query, signal }).catch((error: unknown) => {
      // 404: it is gone. 409: somebody else is removing it.
      if (!isStatus(error, 404, 409)) {
        throw error;
      }
    });
    while (await this.inspect(id, signal)) {
      await pause(POLL_MS, signal);
    }
  }
}
