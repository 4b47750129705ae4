import type { ResourceTransformation } from "@pulumi/pulumi";

/** Metadata as the components write it, of which only single values are outputs. */
interface ObjectMeta {
  annotations?: Readonly<Record<string, unknown>>;
}

/** Annotation by which the provider takes the name of an object's field manager. */
const FIELD_MANAGER_KEY = "pulumi.com/patchFieldManager";
const FIELD_MANAGER = "istio-idle-timeout";

/**
 * Gives every Kubernetes object the same field manager in every update.
 *
 * Left to itself the provider makes up a name for each object that it creates and keeps it in the state. An
 * update that is killed takes the name with it, and what it applied stays owned by a manager that no later
 * update is: changing such a field is a conflict, and dropping one leaves it in the cluster.
 */
export const sameFieldManager: ResourceTransformation = ({ type, props, opts }) => {
  if (!type.startsWith("kubernetes:")) {
    return undefined;
  }
  const metadata = props.metadata as ObjectMeta;
  const annotations = { ...metadata.annotations, [FIELD_MANAGER_KEY]: FIELD_MANAGER };
  return { props: { ...props, metadata: { ...metadata, annotations } }, opts };
};
