import { formatEndpoint } from "../../model/endpoint.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import { scopedName } from "../../model/names.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { describeIdleTimeout, roughly } from "../../report/text.ts";
import { MeasureError } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";
import type { BusyKind } from "./busyKind.ts";
import { claimNamespace, removeNamespace, setUp } from "./bench.ts";
import { CHANGE_SCHEMA_VERSION } from "./record.ts";
import type { ChangeRecord, ChangeStep } from "./record.ts";
import { expecting, plansOf, takeStep } from "./steps.ts";
import type { Stage } from "./steps.ts";
import { findTemplate, findTarget } from "./fromStack.ts";
import type { BusyTarget } from "./fromStack.ts";

/** Short enough to end twice within the drain; long enough to end never. */
const SHORT_OF_DRAIN = 4 / 9;
const LONG_MS = 900_000;

/** Options of the experiment. */
export interface ChangeRequest {
  /** Namespace of the stack. */
  namespace: string;
  /** Endpoint of the connections; by default the one that the stack measures. */
  target?: { middleware: BusyKind; endpoint: Endpoint };
}

/** Dependencies of the experiment; tests replace them. */
export interface ChangeWorld extends Omit<World, "kubectl"> {
  /** Makes a kubectl that works in a namespace. */
  kubectlIn: (namespace: string) => Kubectl;
  /** Runs kubectl even while the experiment is being interrupted. */
  undo: Kubectl;
}

/**
 * Measures what changes of the idle timeout do to open connections, in a namespace of its own beside a
 * stack's. Removes that namespace afterwards, however it went.
 *
 * @throws MeasureError when nothing could be measured.
 */
export async function measureChange(
  asked: ChangeRequest,
  world: ChangeWorld,
): Promise<ChangeRecord> {
  const { report } = world;
  const stack = world.kubectlIn(asked.namespace);
  const template = await findTemplate(stack, asked.namespace);
  const target = asked.target ? given(asked.target) : await findTarget(stack);
  const { destination } = target;
  const namespace = scopedName(asked.namespace, "change");
  const kubectl = world.kubectlIn(namespace);
  // Not to be removed before it is certain to be this experiment's own.
  await claimNamespace(kubectl, namespace, template);
  try {
    report(`two workloads come up in namespace ${namespace}`);
    const own = { clock: world.clock, report, kubectl };
    const benches = await setUp(own, template);
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

function given({ middleware, endpoint }: NonNullable<ChangeRequest["target"]>): BusyTarget {
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

/** Time of a step beside the drain, in ms; only the estimate of the time left uses it. */
const STEP_OVERHEAD_MS = 12_000;
