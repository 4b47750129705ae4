import type { Listener } from "../../cli/sidecar/envoyListener.ts";
import type { Mesh } from "../../cli/doctor/mesh/mesh.ts";

type Json = Record<string, unknown>;

/** Fields of objects that nothing reads, and that differ each time. */
const UNREAD = ["uid", "resourceVersion", "generation", "managedFields", "annotations"];

/**
 * A mesh as it is kept with a case: without what belongs to other cases, and without what nothing reads.
 *
 * @param namespace of the case; those of its other namespaces begin with it.
 */
export function keep(mesh: Mesh, namespace: string): Mesh {
  const ours = (name: string): boolean => name.startsWith(namespace);
  const objects = Object.entries(mesh.objects as unknown as Record<string, Json[]>).map(
    ([kind, list]) => [
      kind,
      list.filter((object) => ours(homeOf(object))).map((object) => trimObject(object)),
    ],
  );
  const { proxy, servers, ...rest } = mesh;
  return {
    ...rest,
    ...(proxy && {
      proxy: { ...proxy, listeners: trim(proxy.listeners), clusters: trim(proxy.clusters) },
    }),
    objects: Object.fromEntries(objects) as Mesh["objects"],
    servers: servers.map(({ proxy: other, ...server }) => ({
      ...server,
      ...(other && { proxy: { ...other, listeners: trim(other.listeners) } }),
    })),
  };
}

function homeOf({ kind, metadata }: Json): string {
  const { name, namespace } = metadata as { name: string; namespace?: string };
  return kind === "Namespace" ? name : (namespace ?? "");
}

function trimObject({ kind, metadata, spec, status }: Json): Json {
  const kept = Object.entries(metadata as Json).filter(([key]) => !UNREAD.includes(key));
  const shown = kind === "ServiceEntry" ? { status } : {};
  return {
    kind,
    metadata: Object.fromEntries(kept),
    ...(kind === "Namespace" ? {} : { spec }),
    ...shown,
  };
}

/** Filters other than these are kept by their type alone; certificates and logs not at all. */
const READ = ["TcpProxy", "set_filter_state.v3.Config"];
const DROPPED = [
  "failed_configuration",
  "access_log",
  "transport_socket",
  "transport_socket_matches",
  "version_info",
];

function trim<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => {
      if (DROPPED.includes(key)) {
        return undefined;
      }
      const type = (part as (Listener & { "@type"?: string }) | null)?.["@type"] ?? "";
      const read = READ.some((each) => type.endsWith(each));
      return key === "typed_config" && !read ? { "@type": type } : part;
    }),
  ) as T;
}
