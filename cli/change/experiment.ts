import { formatEndpoint } from "../../model/endpoint.ts";
import { scopedName } from "../../model/names.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { describeIdleTimeout, roughly } from "../../report/text.ts";
import { MeasureError } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";
import type { ChangeArguments } from "./arguments.ts";
import { claimNamespace, removeNamespace, setUp } from "./bench.ts";
import { CHANGE_SCHEMA_VERSION } from "./record.ts";
import type { ChangeRecord, ChangeStep } from "./record.ts";
import { expecting, plansOf, takeStep } from "./steps.ts";
import type { Stage } from "./steps.ts";
import { findSurroundings, findTarget } from "./surroundings.ts";
import type { BusyTarget } from "./surroundings.ts";

/** Short enough to end twice within the drain; long enough to end never. */
const SHORT_OF_DRAIN = 4 / 9;
const LONG_MS = 900_000;

/** What the experiment needs from outside; tests put their own in its place. */
export interface ChangeWorld extends Omit<World, "kubectl"> {
  /** Runs kubectl in a namespace. */
  kubectlIn: (namespace: string) => Kubectl;
  /** The same, also when the experiment is being interrupted. */
  undo: Kubectl;
}

/**
 * Finds out what changes of the idle timeout do to open connections, in a namespace of its own beside a
 * stack's, which is gone afterwards, whatever happens.
 *
 * @throws MeasureError when nothing came of it.
 */
export async function measureChange(
  asked: ChangeArguments,
  world: ChangeWorld,
): Promise<ChangeRecord> {
  const { report } = world;
  const stack = world.kubectlIn(asked.namespace);
  const surroundings = await findSurroundings(stack, asked.namespace);
  const target = asked.target ? given(asked.target) : await findTarget(stack);
  const { destination } = target;
  const namespace = scopedName(asked.namespace, "change");
  const kubectl = world.kubectlIn(namespace);
  // Not to be removed before it is certain to be this experiment's own.
  await claimNamespace(kubectl, namespace, surroundings);
  try {
    report(`two workloads come up in namespace ${namespace}`);
    const own = { clock: world.clock, report, kubectl };
    const benches = await setUp(own, surroundings);
    const { changed } = benches;
    const drainMs = await changed.proxy.drainMs();
    const stage: Stage = { world: own, benches, target, drainMs };
    const record: ChangeRecord = {
      schemaVersion: CHANGE_SCHEMA_VERSION,
      experiment: "change",
      endpoint: formatEndpoint({ host: destination.address, port: destination.port }),
      ...(await changed.proxy.versions()),
      drainMs,
      steps: [],
    };
    return { ...record, steps: await takeSteps(stage) };
  } finally {
    report(`removing namespace ${namespace}`);
    await removeNamespace(world.undo, namespace);
  }
}

function given({ middleware, endpoint }: NonNullable<ChangeArguments["target"]>): BusyTarget {
  return { middleware, destination: { address: endpoint.host, port: endpoint.port } };
}

async function takeSteps(stage: Stage): Promise<ChangeStep[]> {
  const { benches, drainMs, world } = stage;
  const { destination } = stage.target;
  // Whatever the mesh applies without a filter of ours.
  const anything = expecting(({ idleTimeoutMs }) => idleTimeoutMs);
  let paths = {
    changed: await benches.changed.proxy.settled(destination, anything),
    untouched: await benches.untouched.proxy.settled(destination, anything),
  };
  const { effective } = paths.changed;
  const shortMs = Math.round(drainMs * SHORT_OF_DRAIN);
  const timeouts = { initialMs: effective.idleTimeoutMs, shortMs, longMs: LONG_MS };
  if (new Set(Object.values(timeouts)).size < 3) {
    throw new MeasureError(
      `the sidecar applies ${describeIdleTimeout(effective)} already, so that nothing would change`,
    );
  }
  const plans = plansOf(stage, timeouts);
  const steps: ChangeStep[] = [];
  for (const [index, plan] of plans.entries()) {
    const left = roughly((plans.length - index) * (drainMs + STEP_OVERHEAD_MS));
    world.report(`${plan.change} (${index + 1} of ${plans.length}); about ${left} left`);
    const { step, after } = await takeStep(stage, plan, paths);
    steps.push(step);
    paths = after;
  }
  return steps;
}

/** What a step takes beside the drain, in ms; for the time that is told to be left only. */
const STEP_OVERHEAD_MS = 12_000;
