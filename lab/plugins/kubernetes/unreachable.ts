import type { Operation } from "../shared/provider.ts";
import { Unreachable } from "./api.ts";

const UNREACHABLE = "configured Kubernetes cluster is unreachable";
const WAY_OUT =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation " +
  'with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/**
 * Where the cluster gives no answer: an object counts as gone if the user said so by the variable, as with
 * the official plugin; otherwise it is an error that names the variable.
 *
 * @param problem what could not be done, for that error.
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

/** What {@link unlessForgotten} says of an object that could not be read. */
export const NOT_READ = "failed to read resource state due to unreachable cluster";
/** What it says of one that could not be deleted. */
export const NOT_DELETED = UNREACHABLE;
