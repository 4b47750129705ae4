import { raiseLogLevels, setLogLevels } from "../sidecar/debugLog.ts";
import type { Journal } from "./journal.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { UndoingWorld } from "../cluster/world.ts";

/**
 * Runs `action` with the sidecar's debug log on, where the run asks for it. Restores the levels when the action fails
 * or is interrupted; otherwise they stay as they are for the next action.
 */
export async function withDebugLog<T>(
  world: UndoingWorld,
  journal: Journal,
  action: () => Promise<T>,
): Promise<T> {
  if (journal.logLevels === undefined) {
    return action();
  }
  try {
    await raiseLogLevels(world.kubectl, journal.pods.withSidecar);
    return await action();
  } catch (error) {
    await restoreLogLevels(world, journal);
    throw error;
  }
}

/** Restores the levels where they were raised. Only reports a failure: a pod that is gone has taken its levels with it. */
export async function restoreLogLevels(
  { undo, report }: UndoingWorld,
  { logLevels, pods }: Journal,
): Promise<void> {
  if (logLevels === undefined) {
    return;
  }
  try {
    await setLogLevels(undo, pods.withSidecar, logLevels);
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    report(
      `the log levels of the sidecar of pod ${pods.withSidecar.name} are not restored: ${error.reason}`,
    );
  }
}
