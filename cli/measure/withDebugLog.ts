import { raiseLogLevels, setLogLevels } from "../sidecar/debugLog.ts";
import type { Journal } from "./journal.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { UndoingWorld } from "../cluster/world.ts";

/**
 * Does something with the sidecar's debug log on, where the run is to have it. When that fails or is interrupted, the
 * levels are restored; otherwise they stay for what comes next.
 */
export async function loudly<T>(
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

/** Restores the levels where they were raised. They are gone with the pod, so it is no failure that they are not. */
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
