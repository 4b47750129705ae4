import { interruption } from "./world.ts";
import { kubectlFor, KubectlError } from "./kubectl.ts";
import type { KubectlTarget } from "./kubectl.ts";
import { MeasureError, systemClock } from "./world.ts";
import type { World } from "./world.ts";

/**
 * Answers a question of the program's about the cluster: one line on stdout, all else on stderr.
 *
 * @param say a line to stderr.
 * @returns the exit code: 0 answered, 1 there is no answer.
 */
export async function answerQuestion(
  target: Pick<KubectlTarget, "namespace" | "context">,
  say: (line: string) => void,
  find: (world: World) => Promise<string>,
): Promise<number> {
  const { signal } = interruption();
  try {
    const kubectl = kubectlFor({ ...target, signal });
    console.log(await find({ kubectl, clock: systemClock(signal), report: say }));
    return 0;
  } catch (error) {
    if (error instanceof MeasureError || error instanceof KubectlError) {
      say(error.message);
      return 1;
    }
    throw error;
  }
}
