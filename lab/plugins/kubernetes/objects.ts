import { pause } from "../shared/pause.ts";
import { Api, ApiError, Unreachable } from "./api.ts";
import { collectionPath, Discovery, objectPath } from "./discovery.ts";
import type { ApiResource } from "./discovery.ts";
import type { ClusterAccess } from "./kubeconfig.ts";
import type { KubeObject, ObjectKind } from "./object.ts";

/** Pause before asking again after the server refused or ended a watch, in ms. */
const RECONNECT_MS = 500;

/** Length of a watch. After it the object is read again, so that a lost event doesn't hold up for ever. */
const WATCH_SECONDS = 60;

/** Names an object: its kind and its place. */
export type ObjectRef = Pick<KubeObject, "apiVersion" | "kind" | "metadata">;

export interface WriteOptions {
  fieldManager: string;
  /** Whether the server only checks the object and fills in defaults, and stores nothing. */
  dryRun: boolean;
  signal: AbortSignal;
}

/** Create, read, apply, delete and watch for objects of any kind in one cluster. */
export class Objects {
  readonly api: Api;
  readonly #discovery: Discovery;

  constructor(access: ClusterAccess) {
    this.api = new Api(access);
    this.#discovery = new Discovery(this.api);
  }

  resourceOf(ref: ObjectKind, signal: AbortSignal): Promise<ApiResource> {
    return this.#discovery.find(ref.apiVersion, ref.kind, signal);
  }

  /** @throws ApiError with reason AlreadyExists for an object that is there */
  async create(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const resource = await this.resourceOf(object, options.signal);
    return (await this.api.request({
      method: "POST",
      path: collectionPath(resource, object.metadata.namespace),
      query: writeQuery(options),
      body: object,
      signal: options.signal,
    })) as KubeObject;
  }

  /** Server-side apply. @throws ApiError with reason Conflict for fields another manager owns */
  async apply(object: KubeObject, options: WriteOptions & { force: boolean }): Promise<KubeObject> {
    const resource = await this.resourceOf(object, options.signal);
    return (await this.api.request({
      method: "PATCH",
      path: objectPath(resource, object),
      query: { ...writeQuery(options), force: String(options.force) },
      // JSON is YAML; the server takes an apply patch under no other name.
      contentType: "application/apply-patch+yaml",
      body: object,
      signal: options.signal,
    })) as KubeObject;
  }

  /** Gives up what a manager applied: fields that nobody else manages are removed. */
  async relinquish(ref: ObjectRef, fieldManager: string, signal: AbortSignal): Promise<void> {
    const { apiVersion, kind, metadata } = ref;
    const { name, namespace } = metadata;
    const nothing = { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } };
    await this.apply(nothing, { fieldManager, dryRun: false, force: false, signal });
  }

  /** Applies a JSON patch (RFC 6902). */
  async patch(ref: ObjectRef, patch: unknown[], signal: AbortSignal): Promise<KubeObject> {
    const resource = await this.resourceOf(ref, signal);
    return (await this.api.request({
      method: "PATCH",
      path: objectPath(resource, ref),
      contentType: "application/json-patch+json",
      body: patch,
      signal,
    })) as KubeObject;
  }

  async get(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject> {
    const resource = await this.resourceOf(ref, signal);
    const path = objectPath(resource, ref);
    return (await this.api.request({ method: "GET", path, signal })) as KubeObject;
  }

  /** Asks for deletion after everything the object owns; finalizers may delay it further. */
  async delete(ref: ObjectRef, signal: AbortSignal): Promise<void> {
    const resource = await this.resourceOf(ref, signal);
    await this.api.request({
      method: "DELETE",
      path: objectPath(resource, ref),
      body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Foreground" },
      signal,
    });
  }

  async list(
    kind: ObjectKind,
    namespace: string | undefined,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<KubeObject[]> {
    const resource = await this.resourceOf(kind, signal);
    const path = collectionPath(resource, namespace);
    const list = await this.api.request({ method: "GET", path, query, signal });
    return list.items as unknown as KubeObject[];
  }

  /** The object now and after each change; ends with undefined when it is gone. */
  async *observe(ref: ObjectRef, signal: AbortSignal): AsyncGenerator<KubeObject | undefined> {
    const resource = await this.resourceOf(ref, signal);
    const collection = collectionPath(resource, ref.metadata.namespace);
    for (;;) {
      try {
        const object = await this.get(ref, signal).catch(undefinedIfGone);
        yield object;
        if (!object) {
          return;
        }
        const events = this.api.watch(
          collection,
          {
            fieldSelector: `metadata.name=${ref.metadata.name}`,
            resourceVersion: object.metadata.resourceVersion ?? "",
            timeoutSeconds: String(WATCH_SECONDS),
          },
          signal,
        );
        for await (const event of events) {
          if (event.type === "ERROR") {
            break;
          }
          if (event.type === "BOOKMARK") {
            continue;
          }
          yield event.type === "DELETED" ? undefined : (event.object as KubeObject);
          if (event.type === "DELETED") {
            return;
          }
        }
      } catch (error) {
        // An API server that restarts ends neither a rollout nor a deletion.
        if (!(error instanceof Unreachable || isWatchRefusal(error))) {
          throw error;
        }
      }
      await pause(RECONNECT_MS, signal);
    }
  }
}

/** The version to go on from is too old, or this user may read but not watch. */
function isWatchRefusal(error: unknown): boolean {
  return error instanceof ApiError && [403, 410].includes(error.code);
}

export function undefinedIfGone(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 404) {
    return undefined;
  }
  throw error;
}

function writeQuery({ fieldManager, dryRun }: WriteOptions): Record<string, string> {
  return { fieldManager, ...(dryRun && { dryRun: "All" }) };
}

/** The cluster that a provider writes to, and how. */
export interface Cluster {
  objects: Objects;
  /** Namespace of objects that name none. */
  namespace: string;
  /** Whether creating takes over an object that is there already, by server-side apply. */
  upsert: boolean;
  /** Whether applying takes over fields that somebody else manages; an annotation of the object can say so too. */
  patchForce: boolean;
}
