/** Annotations and variables of the pod that nothing reads where they stand. */
import { PROXY_CONTAINER } from "../../../model/istio/wellKnown.ts";
import { finding, referenceTo } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { Mesh } from "../mesh/mesh.ts";
import { CONFIG_ANNOTATION } from "../sources/metadataSetting.ts";
import { METADATA_NAME } from "../sources/settings.ts";
import { ANNOTATIONS, ownerReasons, PREFIX, readInterception } from "../traffic/interception.ts";

/** @param idleTimeout `ISTIO_META_IDLE_TIMEOUT` as the sidecar has it. */
export function uselessVariables(
  { pod, workload }: Pick<Mesh, "pod" | "workload">,
  idleTimeout: string | undefined,
): Finding[] {
  const { annotations = {} } = pod.metadata;
  const object = referenceTo("Pod", pod.metadata);
  const above = workload?.metadata.annotations ?? {};
  const misplaced = [...ANNOTATIONS.map((name) => PREFIX + name), CONFIG_ANNOTATION].filter(
    (name) => above[name] !== undefined && annotations[name] === undefined,
  );
  const strangers = pod.spec.containers.filter(
    ({ name, env = [] }) =>
      name !== PROXY_CONTAINER && env.some((variable) => variable.name === METADATA_NAME),
  );
  const config = annotations[CONFIG_ANNOTATION] ?? "";
  return [
    ...ANNOTATIONS.filter((name) => annotations[name] !== undefined).map((name) =>
      finding("IIT013", {
        object,
        reason: `nothing reads its annotation ${name} without its prefix`,
        fix: `write ${PREFIX}${name} in the workload's pod template`,
      }),
    ),
    ...misplaced.map((name) =>
      finding("IIT013", {
        object: referenceTo(workload?.kind ?? "", workload?.metadata ?? pod.metadata),
        reason: `its annotation ${name} is not its pods', so that nothing reads it`,
        fix: "move it to spec.template.metadata.annotations",
      }),
    ),
    ...strangers.map(({ name }) =>
      finding("IIT042", {
        object,
        reason: `${METADATA_NAME} stands in container ${name}, and only the sidecar's own environment is read`,
        fix: `put it under proxyMetadata in the annotation ${CONFIG_ANNOTATION} of the pod template`,
      }),
    ),
    ...(config.includes(METADATA_NAME) && idleTimeout === undefined
      ? [
          finding("IIT042", {
            object,
            reason: `${METADATA_NAME} stands in its annotation ${CONFIG_ANNOTATION}, and the sidecar has no such variable: it was injected before, or it does not stand under proxyMetadata`,
            fix: "put it under proxyMetadata, in the pod template, and restart the workload",
          }),
        ]
      : []),
    ...[...new Set(config.match(/\bPILOT_[A-Z0-9_]+/g))].map((variable) =>
      finding("IIT043", {
        object,
        reason: `${variable} in its annotation ${CONFIG_ANNOTATION} is a variable of istiod's, which nothing reads in a pod`,
        fix: "set it in istiod's Deployment, if the whole mesh is to have it",
      }),
    ),
  ];
}

/** Connections of the pod that go past the sidecar while others do not. */
export function partlyPast({ pod }: Pick<Mesh, "pod">, mode: unknown): Finding[] {
  const lists = readInterception(pod, mode);
  const object = referenceTo("Pod", pod.metadata);
  const [reasons, all] = ownerReasons(pod, lists);
  const config = pod.metadata.annotations?.[CONFIG_ANNOTATION] ?? "";
  const groups = /OUTBOUND_OWNER_GROUPS(_EXCLUDE)?/.exec(config)?.[0];
  const interfaces = lists.excludeInterfaces ?? "";
  return [
    ...(reasons.length > 0 && reasons.length < all
      ? reasons.map((reason) =>
          finding("IIT012", {
            object,
            reason: `${reason}, so that its connections go past the sidecar; what is said here holds for the others`,
            fix: "run it as another user and group",
          }),
        )
      : []),
    ...(interfaces === "" && groups === undefined
      ? []
      : [
          finding("IIT015", {
            object,
            reason:
              interfaces === ""
                ? `its ${groups ?? ""} lets connections of some groups go past the sidecar`
                : `connections that leave by ${interfaces} go past the sidecar, by ${PREFIX}excludeInterfaces`,
            fix: "take that into account for the application's own connections",
          }),
        ]),
  ];
}
