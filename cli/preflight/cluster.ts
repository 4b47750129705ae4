import { askJson, KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { isAtLeast, parseVersion } from "../../model/version.ts";
import type { Version } from "../../model/version.ts";

/** The first kubectl that knows sidecars as init containers, which is what Istio injects. */
const OLDEST_KUBECTL: Version = [1, 28, 0];

/** Finds problems with the kubectl on PATH, and whether the cluster can be asked at all. */
export async function kubectlProblems(
  kubectl: Kubectl,
): Promise<{ runs: boolean; problems: string[] }> {
  const wanted = `${OLDEST_KUBECTL.slice(0, 2).join(".")} or later`;
  let answer;
  try {
    answer = await askJson(kubectl, ["version", "--client", "--output", "json"]);
  } catch (error) {
    return { runs: false, problems: [`kubectl: ${reasonOf(error)}; ${wanted} is needed`] };
  }
  const { gitVersion } = (answer as { clientVersion: { gitVersion: string } }).clientVersion;
  const version = parseVersion(gitVersion);
  const old = version !== undefined && !isAtLeast(version, OLDEST_KUBECTL);
  return {
    runs: true,
    problems: old ? [`kubectl: ${gitVersion} is too old; install ${wanted}`] : [],
  };
}

/**
 * Why the cluster can't be asked anything.
 *
 * @param context as set by the stack; undefined is the kubeconfig's current one.
 */
export async function reachProblems(
  kubectl: Kubectl,
  context: string | undefined,
): Promise<string[]> {
  try {
    await kubectl(["get", "--raw", "/version"]);
    return [];
  } catch (error) {
    const reason = reasonOf(error);
    if (context === undefined) {
      return [
        `the cluster of the kubeconfig's current context can't be reached: ${reason}; start it, or set ` +
          "kubeContext to the context of another",
      ];
    }
    const contexts = await contextsOf(kubectl);
    return contexts?.includes(context) === false
      ? [
          `kubeContext: ${JSON.stringify(context)} is not in the kubeconfig, which has ` +
            `${contexts.join(", ") || "none"}; set kubeContext to one of these, or KUBECONFIG to another file`,
        ]
      : [
          `the cluster of context ${context} can't be reached: ${reason}; start it, or set kubeContext to ` +
            "the context of another",
        ];
  }
}

/** The kubeconfig's contexts; undefined when it can't be read. */
async function contextsOf(kubectl: Kubectl): Promise<string[] | undefined> {
  try {
    const names = await kubectl(["config", "get-contexts", "--output", "name"]);
    return names.split("\n").filter((name) => name !== "");
  } catch {
    return undefined;
  }
}

/** kubectl's own words, without those of the command line. */
export function reasonOf(error: unknown): string {
  if (error instanceof KubectlError) {
    return error.reason;
  }
  throw error;
}
