import { UserError } from "../../model/userError.ts";
import { elapsed } from "./seconds.ts";

/** One piece of work on the way to a running lab. */
export interface Step {
  /** Name of the step, for people and in `needs`. */
  title: string;
  /** Titles of steps that must be done before. */
  needs?: string[];
  /** Duration on two cores, in seconds, for telling people how long the rest will take. */
  typicalSeconds: number;
  /**
   * Resource that limits the step. `cpu` steps use every core and run one after the other; the others wait for
   * the network or a server and run beside them.
   */
  bound: "cpu" | "other";
  /** Whether the step's result is there already. */
  done?: () => boolean;
  run: (log: string) => Promise<void>;
}

/** A step that failed, with the place of its output. */
export class StepError extends UserError {
  constructor(
    readonly title: string,
    readonly log: string,
    reason: string,
  ) {
    super(`${title} failed: ${reason}\nIts whole output: ${log}`);
  }
}

export interface StepReport {
  started(title: string, left: number): void;
  /** Called about once a second with the running steps. */
  running(titles: { title: string; seconds: number; typicalSeconds: number }[], left: Left): void;
  finished(title: string, seconds: number, left: number): void;
}

/** Work that is left. */
export interface Left {
  steps: number;
  seconds: number;
}

/**
 * Runs steps in the order of their needs, as many at once as their bounds allow. After the first failure no step
 * starts any more; the failure is thrown once the running steps have ended.
 *
 * @param logFile returns the file for a step's output.
 */
export async function runSteps(
  steps: readonly Step[],
  logFile: (title: string) => string,
  report: StepReport,
): Promise<void> {
  const pending = new Set(steps.filter((step) => step.done?.() !== true));
  const running = new Map<Step, { since: number; end: Promise<void> }>();
  let failure: StepError | undefined;

  const left = (): Left => {
    const all = [...pending, ...running.keys()];
    const seconds = all.reduce((sum, step) => {
      const start = running.get(step)?.since;
      const spent = start === undefined ? 0 : elapsed(start);
      return sum + Math.max(0, step.typicalSeconds - spent);
    }, 0);
    return { steps: all.length, seconds };
  };
  const ready = (step: Step): boolean =>
    (step.bound !== "cpu" || ![...running.keys()].some((other) => other.bound === "cpu")) &&
    (step.needs ?? []).every((need) =>
      [...pending, ...running.keys()].every((other) => other.title !== need),
    );
  const start = (step: Step): void => {
    pending.delete(step);
    const since = Date.now();
    const log = logFile(step.title);
    report.started(step.title, pending.size + running.size + 1);
    const end = step
      .run(log)
      .then(() => {
        report.finished(step.title, elapsed(since), pending.size + running.size - 1);
      })
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        failure ??= new StepError(step.title, log, reason);
      })
      .finally(() => {
        running.delete(step);
      });
    running.set(step, { since, end });
  };

  const ticker = setInterval(() => {
    const titles = [...running].map(([step, { since }]) => ({
      title: step.title,
      seconds: elapsed(since),
      typicalSeconds: step.typicalSeconds,
    }));
    report.running(titles, left());
  }, 1_000);
  try {
    for (;;) {
      if (failure === undefined) {
        for (const step of [...pending]) {
          if (ready(step)) {
            start(step);
          }
        }
      }
      if (running.size === 0) {
        break;
      }
      await Promise.race([...running.values()].map(({ end }) => end));
    }
  } finally {
    clearInterval(ticker);
  }
  if (failure !== undefined) {
    throw failure;
  }
  if (pending.size > 0) {
    throw new Error(`steps that need each other: ${[...pending].map((s) => s.title).join(", ")}`);
  }
}
