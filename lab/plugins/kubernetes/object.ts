import type { PlainMap } from "../shared/value.ts";

/** What an object is of; `v1` is the version of the core group. */
export interface ObjectKind {
  apiVersion: string;
  kind: string;
}

/** Any object of the API, as far as every kind is alike. */
export interface KubeObject extends PlainMap, ObjectKind {
  metadata: ObjectMeta;
}

export interface ObjectMeta extends PlainMap {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  resourceVersion?: string;
  annotations?: Record<string, string>;
}

/** What the stack's state calls an object: `namespace/name`, or the name of a cluster-wide one. */
export function idOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace ? `${namespace}/${name}` : name;
}

export function parseId(id: string): { namespace: string | undefined; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined
    ? { namespace: undefined, name: first }
    : { namespace: first, name: second };
}

/** The value of a `pulumi.com/...` annotation, by which a program steers what is awaited. */
export function annotation(object: KubeObject, key: string): string | undefined {
  return object.metadata.annotations?.[`pulumi.com/${key}`];
}

/**
 * `apps/v1` and `Deployment` of `kubernetes:apps/v1:Deployment`; `v1` of `kubernetes:core/v1:...`.
 * Undefined for types that are more than one object, or part of one (`NamespacePatch`).
 */
export function kindOfToken(token: string): ObjectKind | undefined {
  const [, apiVersion, kind] = /^kubernetes:([^:]+\/[^:]+):([^:]+)$/.exec(token) ?? [];
  if (apiVersion === undefined || kind === undefined) {
    return undefined;
  }
  if (apiVersion.startsWith("helm.sh/") || /(Patch|List)$/.test(kind)) {
    return undefined;
  }
  return { apiVersion: apiVersion.replace(/^core\//, ""), kind };
}
