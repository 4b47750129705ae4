import type { PlainMap } from "../shared/value.ts";

/** Kind of an object; `v1` is the version of the core group. */
export interface ObjectKind {
  apiVersion: string;
  kind: string;
}

/** Object of any kind, with the fields that all kinds have. */
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

/** Returns the id of an object in the stack's state: `namespace/name`, or the name of a cluster-wide one. */
export function idOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace ? `${namespace}/${name}` : name;
}

export function parseId(id: string): { namespace: string | undefined; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined
    ? { namespace: undefined, name: first }
    : { namespace: first, name: second };
}

/** Returns the value of a `pulumi.com/...` annotation, by which a program steers the plugin. */
export function annotation(object: KubeObject, key: string): string | undefined {
  return object.metadata.annotations?.[`pulumi.com/${key}`];
}

/** Kinds that are offered, by the type tokens of the SDK's package, beside those of Istio's networking API. */
const KINDS: Record<string, ObjectKind> = {
  "kubernetes:apps/v1:Deployment": { apiVersion: "apps/v1", kind: "Deployment" },
  "kubernetes:core/v1:Namespace": { apiVersion: "v1", kind: "Namespace" },
  "kubernetes:core/v1:Secret": { apiVersion: "v1", kind: "Secret" },
};

/** Returns the kind that a type token names; undefined for a kind that is not offered. */
export function kindOfToken(token: string): ObjectKind | undefined {
  const [, apiVersion, kind] = /^kubernetes:(networking\.istio\.io\/\w+):(\w+)$/.exec(token) ?? [];
  return apiVersion === undefined || kind === undefined ? KINDS[token] : { apiVersion, kind };
}
