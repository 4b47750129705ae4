import { TimedOut } from "../shared/errors.ts";
import { pause } from "../shared/pause.ts";
import type { Operation } from "../shared/provider.ts";
import type { KubeObject } from "./object.ts";
import type { ObjectRef, Objects } from "./objects.ts";
import { podProblems } from "./pods.ts";
import { rolloutOf } from "./rollout.ts";
import type { Rollout } from "./rollout.ts";

/** Limit of waiting where the program sets none, as with the official plugin. */
const DEFAULT_TIMEOUT_MS = 10 * 60 * 1000;

/** Interval of telling people what keeps pods from being ready, in ms. */
const REPORT_EVERY_MS = 10_000;

/** Limit of the last look at pods when the wait is over, in ms. */
const LAST_LOOK_MS = 5_000;

/** The object exists, but did not become ready. */
export class NotReady extends Error {
  constructor(
    message: string,
    readonly live: KubeObject,
    /** Reasons, in the API server's words. */
    readonly problems: string[],
  ) {
    super(message);
  }
}

/** Returns the state of an object of a kind that takes time to become ready; undefined for other kinds. */
function readinessOf(object: KubeObject): Rollout | undefined {
  switch (`${object.apiVersion}/${object.kind}`) {
    case "apps/v1/Deployment":
      return rolloutOf(object);
    case "v1/Namespace": {
      const phase = (object.status as { phase?: string } | undefined)?.phase ?? "";
      const progress = `Waiting for the namespace to be active (${phase})`;
      return { done: phase === "Active", progress, problems: [progress] };
    }
    default:
      return undefined;
  }
}

/** Returns a signal that is aborted after `customTimeouts`, or else after the default. */
export function timeoutSignal(operation: Operation): AbortSignal {
  return operation.signal(DEFAULT_TIMEOUT_MS);
}

/**
 * Waits until the object is ready.
 *
 * @returns the live object
 * @throws NotReady after the timeout, when cancelled, or when the object is deleted meanwhile
 */
export async function awaitReady(
  objects: Objects,
  object: KubeObject,
  operation: Operation,
): Promise<KubeObject> {
  const signal = timeoutSignal(operation);
  const name = object.metadata.name;
  let live = object;
  if (!readinessOf(live)) {
    return live;
  }
  const over = new AbortController();
  void reportProblems(objects, object, operation, over.signal);
  let shown = "";
  try {
    for await (const now of objects.observe(object, signal)) {
      if (!now) {
        throw new NotReady(`'${name}' was deleted while waiting for it`, live, []);
      }
      live = now;
      const state = readinessOf(live);
      if (!state || state.done) {
        return live;
      }
      if (state.progress !== shown) {
        operation.status(state.progress);
      }
      shown = state.progress;
    }
    return live;
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
    const message =
      signal.reason instanceof TimedOut
        ? `'${name}' timed out waiting to be Ready`
        : `Resource operation was cancelled for "${name}"`;
    throw new NotReady(message, live, await problemsOf(objects, live));
  } finally {
    over.abort();
  }
}

/** @throws NotReady if the object isn't ready right now */
export async function requireReady(objects: Objects, live: KubeObject): Promise<void> {
  const state = readinessOf(live);
  if (!state || state.done) {
    return;
  }
  const message = `Resource '${live.metadata.name}' was created but failed to initialize`;
  throw new NotReady(message, live, await problemsOf(objects, live));
}

/**
 * Waits until the object is gone.
 *
 * @throws Error if it is still there after the timeout, with what the server waits for
 */
export async function awaitGone(
  objects: Objects,
  ref: ObjectRef,
  signal: AbortSignal,
  operation: Operation,
): Promise<void> {
  let last: KubeObject | undefined;
  try {
    for await (const now of objects.observe(ref, signal)) {
      // Another object may have got the name already.
      if (now && ref.metadata.uid && now.metadata.uid !== ref.metadata.uid) {
        return;
      }
      last = now;
    }
  } catch (error) {
    if (!(signal.reason instanceof TimedOut)) {
      throw error;
    }
    const finalizers = (last?.metadata.finalizers ?? []) as string[];
    if (finalizers.length > 0) {
      const which = finalizers.join(", ");
      operation.log(`finalizers might be preventing deletion (${which})`, "warning");
    }
    throw new Error(`'${ref.metadata.name}' timed out waiting to be deleted${whatHoldsUp(last)}`, {
      cause: error,
    });
  }
}

function whatHoldsUp(object: KubeObject | undefined): string {
  const { conditions = [] } = (object?.status ?? {}) as {
    conditions?: { type: string; status: string; message?: string }[];
  };
  const causes = (object?.kind === "Namespace" ? conditions : [])
    .filter(({ status }) => status === "True")
    .map(({ message = "" }) => message);
  return causes.length > 0 ? `: ${causes.join("; ")}` : "";
}

async function problemsOf(objects: Objects, live: KubeObject): Promise<string[]> {
  const signal = AbortSignal.timeout(LAST_LOOK_MS);
  const latest = await objects.get(live, signal).catch(() => live);
  return [
    ...(readinessOf(latest)?.problems ?? []),
    // They are an addition: without them there is still the controller's own word.
    ...(await podProblemsOf(objects, latest, signal).catch(() => [])),
  ];
}

function podProblemsOf(
  objects: Objects,
  object: KubeObject,
  signal: AbortSignal,
): Promise<string[]> {
  return object.kind === "Deployment" ? podProblems(objects, object, signal) : Promise.resolve([]);
}

async function reportProblems(
  objects: Objects,
  object: KubeObject,
  operation: Operation,
  over: AbortSignal,
): Promise<void> {
  try {
    while (!over.aborted) {
      await pause(REPORT_EVERY_MS, over);
      for (const problem of await podProblemsOf(objects, object, over)) {
        operation.status(problem, "warning");
      }
    }
  } catch {
    // The wait is over, or the next look may succeed where this one failed.
  }
}
