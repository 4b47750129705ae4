/**
 * Which of a pod's connections are redirected to its sidecar, by the same rules as Istio's firewall rules in
 * the pod (`tools/istio-iptables/pkg/capture/run.go`).
 */
import { cidrHolds } from "../../../model/cidr.ts";
import { EXCLUDED_PORTS_ANNOTATION } from "../../../model/istio/injection.ts";
import type { Destination } from "../../sidecar/listenerMatch.ts";

const PREFIX = EXCLUDED_PORTS_ANNOTATION.replace(/[^/]*$/, "");

/** What Istio lets a pod say about its outbound connections, by annotation and flag of the init container. */
const SETTINGS = {
  excludePorts: { name: "excludeOutboundPorts", flag: "-o" },
  excludeRanges: { name: "excludeOutboundIPRanges", flag: "-x" },
  includePorts: { name: "includeOutboundPorts", flag: "-q" },
  includeRanges: { name: "includeOutboundIPRanges", flag: "-i" },
} as const;

type Setting = keyof typeof SETTINGS;

/** The lists as they hold for a pod; a missing one is empty, and of `includeRanges` everything. */
export type Interception = Partial<Record<Setting, string>>;

interface InterceptedPod {
  metadata: { annotations?: Readonly<Record<string, string>> };
  spec: { initContainers?: readonly { name: string; args?: readonly string[] }[] };
}

/**
 * Reads them from the arguments of the init container, which made the rules; where a node agent (CNI) makes
 * them, from the annotations that it reads. An annotation that was changed later has no effect.
 */
export function readInterception({ metadata, spec }: InterceptedPod): Interception {
  const args = spec.initContainers?.find(({ name }) => name === "istio-init")?.args;
  const { annotations = {} } = metadata;
  const entries = Object.entries(SETTINGS).flatMap(([setting, { name, flag }]) => {
    const place = args?.indexOf(flag) ?? -1;
    const value = args === undefined ? annotations[PREFIX + name] : args[place + 1];
    return (args !== undefined && place < 0) || value === undefined ? [] : [[setting, value]];
  });
  return Object.fromEntries(entries) as Interception;
}

/** Why connections to a destination go past the sidecar; undefined where they go through it. */
export function bypassReason(
  lists: Interception,
  { address, port }: Destination,
): string | undefined {
  const { excludePorts, excludeRanges, includePorts, includeRanges = "*" } = lists;
  const because = (setting: Setting, value = ""): string =>
    `${PREFIX}${SETTINGS[setting].name} is ${JSON.stringify(value)}`;
  if (items(excludePorts).includes(String(port))) {
    return because("excludePorts", excludePorts);
  }
  if (cidrHolds("127.0.0.1/32", address) || cidrHolds("::1/128", address)) {
    return `${address} is the pod itself`;
  }
  if (items(excludeRanges).some((range) => cidrHolds(range, address))) {
    return because("excludeRanges", excludeRanges);
  }
  if (
    items(includePorts).includes(String(port)) ||
    items(includeRanges).some((range) => range === "*" || cidrHolds(range, address))
  ) {
    return undefined;
  }
  return because("includeRanges", includeRanges);
}

/** Names of these annotations without the prefix, which nothing reads. */
export function bareAnnotations({ metadata }: InterceptedPod): { bare: string; right: string }[] {
  return Object.values(SETTINGS)
    .filter(({ name }) => metadata.annotations?.[name] !== undefined)
    .map(({ name }) => ({ bare: name, right: PREFIX + name }));
}

function items(list = ""): string[] {
  return list
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
