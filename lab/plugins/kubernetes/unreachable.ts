import type { Operation } from "../shared/provider.ts";
import { Unreachable } from "./api.ts";

const UNREACHABLE = "configured Kubernetes cluster is unreachable";
const WAY_OUT =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation " +
  'with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/**
 * Does work that needs the cluster. If the cluster does not answer, the object counts as gone where the user set
 * the variable that says so, as with the official plugin; otherwise an error names the variable.
 *
 * @param problem words for the work that failed, for that error.
 * @returns undefined for an object that counts as gone
 */
export async function unlessForgotten<T>(
  operation: Operation,
  problem: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Unreachable)) {
      throw error;
    }
    operation.log(error.message, "warning");
    if (process.env.PULUMI_K8S_DELETE_UNREACHABLE !== "true") {
      throw new Error(`${problem}. ${WAY_OUT}`, { cause: error });
    }
    operation.log(
      `${UNREACHABLE} and the \`deleteUnreachable\` option is enabled. Deleting the unreachable resource ` +
        "from Pulumi state",
      "info",
    );
    return undefined;
  }
}

/** Problem of an object that could not be read, for {@link unlessForgotten}. */
export const NOT_READ = "failed to read resource state due to unreachable cluster";
/** Problem of an object that could not be deleted. */
export const NOT_DELETED = UNREACHABLE;
