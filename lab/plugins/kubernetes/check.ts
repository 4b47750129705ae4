import type { CheckFailure, CheckRequest, CheckResult } from "../shared/provider.ts";
import { isMap, reveal, UNKNOWN, unwrap, withoutNulls, withSecretsOf } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import { NoSuchKind } from "./discovery.ts";
import type { ObjectKind } from "./object.ts";
import type { Cluster } from "./objects.ts";
import { withoutServerFields } from "./state.ts";

/** Annotations by which Pulumi is steered and that are honoured here. */
const STEERING = ["pulumi.com/patchFieldManager", "pulumi.com/patchForce"];

/** Completes the inputs with what the program may leave out: kind and namespace. */
export async function checkObject(
  request: CheckRequest,
  kind: ObjectKind,
  cluster: Cluster,
): Promise<CheckResult> {
  const inputs = withoutServerFields(withoutNulls(request.news));
  const given = unwrap(inputs.metadata);
  if (given === UNKNOWN) {
    return { inputs: { ...inputs, ...kind }, failures: [] };
  }
  const metadata = isMap(given) ? given : {};
  const completed = { ...inputs, ...kind, metadata: await withNamespace(metadata, kind, cluster) };
  return { inputs: withSecretsOf(completed, inputs), failures: checkMetadata(reveal(metadata)) };
}

function checkMetadata({ name, annotations }: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if (name === undefined) {
    const reason = "the lab's kubernetes plugin makes up no names: set metadata.name";
    failures.push({ property: "metadata.name", reason });
  }
  for (const key of isMap(annotations) ? Object.keys(annotations) : []) {
    if (key.startsWith("pulumi.com/") && !STEERING.includes(key)) {
      const reason = `the lab's kubernetes plugin doesn't offer "${key}", only ${STEERING.join(", ")}`;
      failures.push({ property: `metadata.annotations["${key}"]`, reason });
    }
  }
  return failures;
}

async function withNamespace(
  metadata: PropertyMap,
  kind: ObjectKind,
  { objects, namespace }: Cluster,
): Promise<PropertyMap> {
  if (metadata.namespace !== undefined) {
    return metadata;
  }
  try {
    const { namespaced } = await objects.resourceOf(kind, AbortSignal.timeout(30_000));
    return namespaced ? { ...metadata, namespace } : metadata;
  } catch (error) {
    // The definition of a custom kind may be created by the same program; most are namespaced.
    if (error instanceof NoSuchKind) {
      return { ...metadata, namespace };
    }
    throw error;
  }
}
