import { ApiError } from "./api.ts";
import type { Api } from "./api.ts";
import type { KubeObject } from "./object.ts";

/** Place of a kind in the API. */
export interface ApiResource {
  /** `/api/v1` or `/apis/apps/v1`. */
  root: string;
  plural: string;
  namespaced: boolean;
}

/** The server's API lacks the kind; usually its CustomResourceDefinition is missing. */
export class NoSuchKind extends Error {
  constructor(apiVersion: string, kind: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

/** Finds out from the API server which kinds it serves, once for each API version. */
export class Discovery {
  readonly #api: Api;
  readonly #lists = new Map<string, ResourceList>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** @throws NoSuchKind, which is not remembered: the definition may be created later */
  async find(apiVersion: string, kind: string, signal: AbortSignal): Promise<ApiResource> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const find = (list: ResourceList | undefined): ApiResource | undefined => {
      // Subresources such as deployments/scale are listed too, some under another kind's name.
      const found = list?.resources.find((one) => one.kind === kind && !one.name.includes("/"));
      return found && { root, plural: found.name, namespaced: found.namespaced };
    };
    const known = find(this.#lists.get(apiVersion));
    if (known) {
      return known;
    }
    try {
      const list = await this.#api.request({ method: "GET", path: root, signal });
      this.#lists.set(apiVersion, list as unknown as ResourceList);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) {
        throw error;
      }
    }
    const found = find(this.#lists.get(apiVersion));
    if (!found) {
      throw new NoSuchKind(apiVersion, kind);
    }
    return found;
  }
}

/** Returns the path of the collection that an object belongs to. */
export function collectionPath(resource: ApiResource, namespace: string | undefined): string {
  const { root, plural, namespaced } = resource;
  const scope = namespaced ? `/namespaces/${encodeURIComponent(namespace ?? "default")}` : "";
  return `${root}${scope}/${plural}`;
}

export function objectPath(
  resource: ApiResource,
  { metadata }: Pick<KubeObject, "metadata">,
): string {
  return `${collectionPath(resource, metadata.namespace)}/${encodeURIComponent(metadata.name)}`;
}
