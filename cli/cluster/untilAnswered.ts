import { KubectlError } from "./kubectl.ts";
import { MeasureError, poll } from "./world.ts";
import type { Clock } from "./world.ts";

/**
 * Repeats `attempt` every `intervalMs` for as long as kubectl fails in it.
 *
 * @param giveUp words the error when `limitMs` is over before it succeeds, from its last failure.
 * @throws MeasureError then; any other error of `attempt` at once.
 */
export async function untilAnswered<T>(
  clock: Clock,
  limits: { intervalMs: number; limitMs: number },
  attempt: () => Promise<T>,
  giveUp: (last: KubectlError) => string,
): Promise<T> {
  let problem = "";
  const answer = await poll(clock, limits, async () => {
    try {
      return { value: await attempt() };
    } catch (error) {
      if (!(error instanceof KubectlError)) {
        throw error;
      }
      problem = giveUp(error);
      return undefined;
    }
  });
  if (answer === undefined) {
    throw new MeasureError(problem);
  }
  return answer.value;
}
