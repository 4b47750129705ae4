/**
 * Which of a pod's connections are redirected to its sidecar, by the same rules as Istio's firewall rules in
 * the pod (`tools/istio-iptables/pkg/capture/run.go`).
 */
import { cidrHolds } from "../../../model/cidr.ts";
import { EXCLUDED_PORTS_ANNOTATION } from "../../../model/istio/injection.ts";
import { PROXY_CONTAINER } from "../../../model/istio/wellKnown.ts";
import type { Destination } from "../../sidecar/listenerMatch.ts";
import type { Container, DoctorPod } from "../mesh/pod.ts";

export const PREFIX = EXCLUDED_PORTS_ANNOTATION.replace(/[^/]*$/, "");

/** Annotations about a pod's outbound connections, and the flag of the init container that each becomes. */
const SETTINGS = {
  excludePorts: { name: "excludeOutboundPorts", flag: "-o" },
  excludeRanges: { name: "excludeOutboundIPRanges", flag: "-x" },
  includePorts: { name: "includeOutboundPorts", flag: "-q" },
  includeRanges: { name: "includeOutboundIPRanges", flag: "-i" },
  excludeInterfaces: { name: "excludeInterfaces", flag: "-c" },
} as const;

export const ANNOTATIONS = Object.values(SETTINGS).map(({ name }) => name);

type Setting = keyof typeof SETTINGS;

/** The rules as they hold for a pod; a missing list is empty, and of `includeRanges` everything. */
export interface Interception extends Partial<Record<Setting, string>> {
  /** `REDIRECT`, `TPROXY`, or `NONE`, which redirects nothing. */
  mode: string;
  /** Users and groups of the sidecar, whose own connections are left alone. */
  users: string;
  groups: string;
}

const MODE_ANNOTATION = "sidecar.istio.io/interceptionMode";

/**
 * Reads them from the arguments of the init container, which made the rules; where a node agent (CNI) makes
 * them, from the annotations that it reads. An annotation that was changed later has no effect.
 *
 * @param mode `INTERCEPTION_MODE` as the sidecar tells it to istiod.
 */
export function readInterception({ metadata, spec }: DoctorPod, mode?: unknown): Interception {
  const args = spec.initContainers?.find(({ name }) => name === "istio-init")?.args;
  const { annotations = {} } = metadata;
  const argument = (flag: string): string | undefined => {
    const place = args?.indexOf(flag) ?? -1;
    return place < 0 ? undefined : args?.[place + 1];
  };
  const entries = Object.entries(SETTINGS).flatMap(([setting, { name, flag }]) => {
    const value = args === undefined ? annotations[PREFIX + name] : argument(flag);
    return value === undefined ? [] : [[setting, value]];
  });
  return {
    ...(Object.fromEntries(entries) as Partial<Record<Setting, string>>),
    mode: typeof mode === "string" ? mode : (annotations[MODE_ANNOTATION] ?? "REDIRECT"),
    users: argument("-u") ?? "1337",
    groups: argument("-g") ?? "1337",
  };
}

/** Why connections to a destination go past the sidecar; undefined where they go through it. */
export function bypassReason(
  lists: Interception,
  { address, port }: Destination,
  pod?: DoctorPod,
): string | undefined {
  const { excludePorts, excludeRanges, includePorts, includeRanges = "*", mode } = lists;
  const because = (setting: Setting, value = ""): string =>
    `${PREFIX}${SETTINGS[setting].name} is ${JSON.stringify(value)}`;
  if (mode === "NONE") {
    return `the pod's interception mode is NONE, so that only what connects to the sidecar's own address meets it`;
  }
  if (items(excludePorts).includes(String(port))) {
    return because("excludePorts", excludePorts);
  }
  const loopback = items(includeRanges).some((range) => range.startsWith("127.0.0.1"));
  const own = pod?.status.podIPs?.some(({ ip }) => ip === address) === true;
  if (cidrHolds("127.0.0.1/32", address) || cidrHolds("::1/128", address) || (own && !loopback)) {
    return `${address} is the pod itself`;
  }
  const [reasons, all] = pod === undefined ? [[], 1] : ownerReasons(pod, lists);
  if (reasons.length === all && reasons[0] !== undefined) {
    return reasons[0];
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

/**
 * Containers whose connections are left alone because they run as the sidecar's user or group.
 *
 * @returns a reason for each, and the number of containers that there are beside the sidecar.
 */
export function ownerReasons(pod: DoctorPod, lists: Interception): [string[], number] {
  const { containers, securityContext } = pod.spec;
  const applications = containers.filter(({ name }) => name !== PROXY_CONTAINER);
  const reason = ({ name, securityContext: own }: Container): string[] => {
    const { runAsUser, runAsGroup } = { ...securityContext, ...own };
    const user = items(lists.users).includes(String(runAsUser)) && `user ${runAsUser ?? ""}`;
    const group = items(lists.groups).includes(String(runAsGroup)) && `group ${runAsGroup ?? ""}`;
    const as = user || group;
    return as ? [`container ${name} runs as ${as}, which is the sidecar's own`] : [];
  };
  return [applications.flatMap(reason), applications.length];
}

function items(list = ""): string[] {
  return list
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
