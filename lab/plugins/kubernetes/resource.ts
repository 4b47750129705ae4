import { InitializationFailed, messageOf } from "../shared/errors.ts";
import { pause } from "../shared/pause.ts";
import type {
  CreateRequest,
  Created,
  DeleteRequest,
  Diff,
  DiffRequest,
  Operation,
  ReadRequest,
  ReadState,
  ResourceType,
  UpdateRequest,
} from "../shared/provider.ts";
import { hasUnknowns, toPlain } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import { checkObject } from "./check.ts";
import {
  applyFailure,
  createFailure,
  isNotPreviewable,
  isYetToCome,
  undefinedIfNeverThere,
} from "./failures.ts";
import { applierOf, CREATE_MANAGER, handOver } from "./managers.ts";
import { annotation, idOf, parseId } from "./object.ts";
import type { KubeObject, ObjectKind } from "./object.ts";
import type { Cluster, ObjectRef, WriteOptions } from "./objects.ts";
import { awaitGone, awaitReady, NotReady, requireReady, timeoutSignal } from "./readiness.ts";
import { diffObject } from "./replacement.ts";
import { NOT_DELETED, NOT_READ, unlessForgotten } from "./unreachable.ts";
import { inputsOf, liveOf, outputsOf, refreshedInputs } from "./state.ts";
import type { Bookkeeping } from "./state.ts";

/** Waits before a create is tried again whose namespace or kind is yet to come, in ms. */
const RETRY_DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 16_000];

/** One kind of the Kubernetes API as a resource type. Nothing in here is particular to a kind. */
export class KubeResource implements ResourceType {
  readonly #kind: ObjectKind;
  readonly #cluster: () => Cluster;

  constructor(kind: ObjectKind, cluster: () => Cluster) {
    this.#kind = kind;
    this.#cluster = cluster;
  }

  async check(request: Parameters<ResourceType["check"]>[0]): ReturnType<typeof checkObject> {
    return checkObject(request, this.#kind, this.#cluster());
  }

  diff(request: DiffRequest): Diff {
    return diffObject(request, this.#kind);
  }

  async create({ urn, inputs }: CreateRequest, operation: Operation): Promise<Created> {
    if (operation.preview) {
      return { id: "", outputs: await this.#previewCreate(inputs, operation) };
    }
    const fieldManager = applierOf(inputs);
    const options = { fieldManager, dryRun: false, signal: operation.signal() };
    let created: KubeObject;
    try {
      created = await withRetry(operation, options.signal, () => this.#write(inputs, options));
    } catch (error) {
      throw createFailure(urn, error);
    }
    const state = { inputs, fieldManager };
    const live = await this.#ready(created, state, operation, (reason) => {
      return (
        `resource "${urn}" was successfully created, but the Kubernetes API server ` +
        `reported that it failed to fully initialize or become live: ${reason}`
      );
    });
    return { id: idOf(live), outputs: outputsOf(live, state) };
  }

  read(request: ReadRequest, operation: Operation): Promise<ReadState | undefined> {
    return unlessForgotten(operation, NOT_READ, () => this.#read(request, operation));
  }

  async #read(
    { id, oldInputs, oldOutputs }: ReadRequest,
    operation: Operation,
  ): Promise<ReadState | undefined> {
    const { objects } = this.#cluster();
    const ref = { ...this.#kind, metadata: parseId(id) } as ObjectRef;
    const live = await objects.get(ref, operation.signal()).catch(undefinedIfNeverThere);
    if (!live) {
      return undefined;
    }
    const isOurs = oldInputs.metadata !== undefined;
    const inputs = isOurs ? refreshedInputs(oldInputs, liveOf(oldOutputs), live) : inputsOf(live);
    const outputs = outputsOf(live, { inputs, fieldManager: applierOf(oldInputs, oldOutputs) });
    try {
      if (isOurs) {
        await requireReady(objects, live);
      }
    } catch (error) {
      if (!(error instanceof NotReady)) {
        throw error;
      }
      const reasons = [error.message, ...error.problems];
      throw new InitializationFailed(error.message, id, outputs, reasons, inputs);
    }
    return { id, inputs, outputs };
  }

  async update(
    { urn, oldInputs, oldOutputs, newInputs }: UpdateRequest,
    operation: Operation,
  ): Promise<PropertyMap> {
    const { objects } = this.#cluster();
    const signal = operation.signal();
    if (operation.preview && hasUnknowns(newInputs)) {
      return newInputs;
    }
    const object = toPlain(newInputs) as KubeObject;
    const fieldManager = applierOf(newInputs, oldOutputs);
    const state = { inputs: newInputs, fieldManager };
    let applied: KubeObject;
    try {
      const live = await objects.get(object, signal);
      const managedFields = handOver(live, fieldManager);
      const handOverFirst = managedFields !== undefined && !operation.preview;
      if (handOverFirst) {
        const path = "/metadata/managedFields";
        await objects.patch(object, [{ op: "replace", path, value: managedFields }], signal);
      }
      const force = this.#forces(object) || (operation.preview && managedFields !== undefined);
      applied = await objects.apply(object, {
        fieldManager,
        dryRun: operation.preview,
        force,
        signal,
      });
    } catch (error) {
      if (operation.preview && isNotPreviewable(error)) {
        return newInputs;
      }
      throw await this.#updateFailure(urn, object, state, applyFailure(error, fieldManager));
    }
    if (operation.preview) {
      return outputsOf(applied, state);
    }
    const live = await this.#ready(applied, state, operation, (reason) => {
      return (
        `the Kubernetes API server reported that "${idOf(applied)}" failed to fully initialize ` +
        `or become live: ${reason}`
      );
    });
    const before = applierOf(oldInputs, oldOutputs);
    if (before !== fieldManager) {
      await objects.relinquish(object, before, signal);
    }
    return outputsOf(live, state);
  }

  delete(request: DeleteRequest, operation: Operation): Promise<void> {
    return unlessForgotten(operation, NOT_DELETED, () => this.#delete(request, operation));
  }

  async #delete({ id, oldOutputs }: DeleteRequest, operation: Operation): Promise<void> {
    const { objects } = this.#cluster();
    const old = liveOf(oldOutputs) as KubeObject;
    const ref = { ...this.#kind, metadata: { ...old.metadata, ...parseId(id) } } as ObjectRef;
    const signal = timeoutSignal(operation);
    try {
      await objects.delete(ref, signal);
      operation.status("Waiting for deletion to finish");
      await awaitGone(objects, ref, signal, operation);
    } catch (error) {
      undefinedIfNeverThere(error);
    }
  }

  /** Asks the server what it would make of the object; returns the inputs themselves if it can't tell. */
  async #previewCreate(inputs: PropertyMap, operation: Operation): Promise<PropertyMap> {
    if (hasUnknowns(inputs)) {
      return inputs;
    }
    try {
      const fieldManager = applierOf(inputs);
      const live = await this.#write(inputs, {
        fieldManager,
        dryRun: true,
        signal: operation.signal(),
      });
      // A status that isn't one yet would mislead a program that looks at it.
      delete live.status;
      return outputsOf(live, { inputs, fieldManager });
    } catch (error) {
      if (isNotPreviewable(error)) {
        return inputs;
      }
      throw error;
    }
  }

  /** Creates the object or, if so configured, takes over the one that is there. */
  #write(inputs: PropertyMap, options: WriteOptions): Promise<KubeObject> {
    const { objects, upsert } = this.#cluster();
    const object = toPlain(inputs) as KubeObject;
    return upsert
      ? objects.apply(object, { ...options, force: options.dryRun || this.#forces(object) })
      : objects.create(object, { ...options, fieldManager: CREATE_MANAGER });
  }

  #forces(object: KubeObject): boolean {
    const own = annotation(object, "patchForce");
    return own === undefined ? this.#cluster().patchForce : own === "true";
  }

  async #ready(
    object: KubeObject,
    state: Bookkeeping,
    operation: Operation,
    explain: (reason: string) => string,
  ): Promise<KubeObject> {
    try {
      return await awaitReady(this.#cluster().objects, object, operation);
    } catch (error) {
      const live = error instanceof NotReady ? error.live : object;
      const message = explain(messageOf(error));
      const reasons = [message, ...(error instanceof NotReady ? error.problems : [])];
      throw new InitializationFailed(message, idOf(live), outputsOf(live, state), reasons);
    }
  }

  /** The object is there but isn't as asked for, so that the next update has to try again. */
  async #updateFailure(
    urn: string,
    object: KubeObject,
    state: Bookkeeping,
    cause: string,
  ): Promise<Error> {
    const message = `update of resource "${urn}" failed: ${cause}`;
    try {
      const live = await this.#cluster().objects.get(object, AbortSignal.timeout(5_000));
      return new InitializationFailed(message, idOf(live), outputsOf(live, state), [message]);
    } catch (error) {
      return new Error(`${message}\nunable to get cluster state: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}

async function withRetry<T>(
  operation: Operation,
  signal: AbortSignal,
  write: () => Promise<T>,
): Promise<T> {
  for (const [attempt, delayMs] of RETRY_DELAYS_MS.entries()) {
    try {
      return await write();
    } catch (error) {
      if (!isYetToCome(error)) {
        throw error;
      }
      operation.status(`Retry #${attempt}; creation failed: ${messageOf(error)}`);
      await pause(delayMs, signal);
    }
  }
  return write();
}
