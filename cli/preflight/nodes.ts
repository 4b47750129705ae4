import { KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";

/** Architectures as Docker and Kubernetes name them, by the name that Node.js has for them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

const EACH_PLATFORM =
  "jsonpath={range .items[*]}{.status.nodeInfo.operatingSystem}/{.status.nodeInfo.architecture}" +
  '{"\\n"}{end}';

/** The platform for which an image is built where none is set: that of this machine. */
export function ownPlatform(arch: string = process.arch): string {
  return `linux/${ARCHITECTURES[arch] ?? arch}`;
}

/**
 * Nodes on which the probe's image can't run.
 *
 * @param platform that was set, `os/arch` with or without a variant.
 */
export async function nodeProblems(
  kubectl: Kubectl,
  platform: string | undefined,
): Promise<string[]> {
  let answer;
  try {
    answer = await kubectl(["get", "nodes", `--output=${EACH_PLATFORM}`]);
  } catch (error) {
    if (error instanceof KubectlError) {
      return []; // Who may not see nodes finds out when the pods start.
    }
    throw error;
  }
  const nodes = [...new Set(answer.split("\n").filter((line) => line.startsWith("linux/")))].sort();
  return platformProblems(nodes, platform, ownPlatform());
}

/** Finds problems with the nodes of known platforms. */
export function platformProblems(
  nodes: readonly string[],
  platform: string | undefined,
  own: string,
): string[] {
  const built = (platform ?? own).split("/").slice(0, 2).join("/");
  const runsSomewhere = nodes.includes(built);
  const runsEverywhere = nodes.every((node) => node === built);
  if (runsEverywhere || (platform !== undefined && runsSomewhere)) {
    return [];
  }
  const image = platform ?? `not set, so that the image is for ${own}`;
  return [
    `platform: ${image}, but the cluster's nodes are ${nodes.join(", ")}; ` +
      `set platform to ${nodes.length === 1 ? "that" : "one of these"}`,
  ];
}
