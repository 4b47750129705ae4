import { automaticName } from "../shared/naming.ts";
import type { CheckRequest, CheckResult } from "../shared/provider.ts";
import { isMap, reveal, UNKNOWN, unwrap, withoutNulls, withSecretsOf } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import { NoSuchKind } from "./discovery.ts";
import type { ObjectKind } from "./object.ts";
import type { Cluster } from "./objects.ts";
import { withoutServerFields } from "./state.ts";

const AUTONAMED = "pulumi.com/autonamed";
const NAME_DIGITS = 8;

/** Completes the inputs with what the program may leave out: kind, name and namespace. */
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
  if (metadata.generateName !== undefined && metadata.name === undefined) {
    throw new Error(
      "the `.metadata.generateName` field is not supported in Server-Side Apply mode",
    );
  }
  const named = metadata.name === undefined ? withName(metadata, request) : metadata;
  const completed = { ...inputs, ...kind, metadata: await withNamespace(named, kind, cluster) };
  return { inputs: withSecretsOf(completed, inputs), failures: [] };
}

/** With the name that the object was given before, or else with a new one. */
function withName(metadata: PropertyMap, request: CheckRequest): PropertyMap {
  const old = reveal(request.olds).metadata;
  const before =
    isMap(old) && isMap(old.annotations) && old.annotations[AUTONAMED] === "true"
      ? old.name
      : undefined;
  const { name, randomSeed, autonaming } = request;
  const given = before ?? automaticName(`${name}-`, randomSeed, NAME_DIGITS, autonaming);
  if (given === undefined) {
    throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
  }
  const annotations = unwrap(metadata.annotations);
  return {
    ...metadata,
    name: given,
    annotations: { ...(isMap(annotations) ? annotations : {}), [AUTONAMED]: "true" },
  };
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
