/**
 * Requests of the stack to its programs in `cli`: one JSON object each, as the only argument. A request is checked as a
 * whole, so that all problems are listed at once. It holds no secret, because everybody on the machine can read arguments.
 */
import * as v from "valibot";
import { MIDDLEWARE_KINDS, MODES } from "../app/probe/sample.ts";
import { parsePolicyReference } from "./istio/policyReference.ts";
import { PATHS, REMEDIES } from "./remedy.ts";
import { parseTimeout } from "./timeout.ts";

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
/** A duration in ms. */
const ms = v.pipe(v.number(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Checks a text by its parser, whose error is the problem. */
const readBy = (parse: (text: string) => unknown) =>
  v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      try {
        parse(dataset.value as string);
      } catch (error) {
        addIssue({ message: (error as Error).message });
      }
    }),
  );

/** Place of the pods. */
const pods = {
  namespace: text,
  /** Context in the ambient kubeconfig; absent is its current one. */
  context: v.optional(text),
};

const endpoint = v.strictObject({
  host: text,
  port: v.pipe(count, v.maxValue(65_535)),
});

/** Asks `cli/measure` for one run. */
export const measureRequest = v.strictObject({
  ...pods,
  run: text,
  /** Endpoints that the pods connect to. The first stands for the run in a single figure. */
  targets: v.pipe(
    v.array(v.strictObject({ middleware: v.picklist(MIDDLEWARE_KINDS), endpoint })),
    v.nonEmpty("must not be empty"),
  ),
  /** The stack's `timeout` setting as the user wrote it. */
  timeout: readBy(parseTimeout),
  /** How long connections are held and watched each time. */
  observeMs: v.pipe(ms, v.gtValue(0)),
  /** How long to wait for that; the probes go on after it. */
  waitMs: ms,
  modes: v.pipe(v.array(v.picklist(MODES)), v.nonEmpty("must not be empty"), v.readonly()),
  connections: count,
  repetitions: count,
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: count,
  /** How connections to the endpoint go through the sidecar. */
  path: v.picklist(PATHS),
  /** How the timeout is set, or avoided. */
  remedy: v.picklist(REMEDIES),
  /** Object that configures the sidecar, as `kind/name`; absent where none does. */
  policy: v.optional(readBy(parsePolicyReference)),
  /** Whether the sidecar's access log carries entries of ours. */
  evidence: v.boolean(),
  /** Whether the sidecar's debug log is kept too. */
  debugLog: v.boolean(),
});
export type MeasureRequest = v.InferOutput<typeof measureRequest>;

/** Asks `cli/runState` how a run stands. */
export const runStateRequest = v.strictObject({ ...pods, run: text });
export type RunStateRequest = v.InferOutput<typeof runStateRequest>;

/** Asks `cli/drivers` for what real drivers did. */
export const driversRequest = v.strictObject({
  ...pods,
  run: text,
  /** The sidecar's idle timeout. */
  idleTimeoutMs: ms,
  /** How long each driver sends nothing. */
  idleMs: ms,
  /** Containers of the programs. */
  containers: v.pipe(v.array(text), v.nonEmpty("must not be empty")),
});
export type DriversRequest = v.InferOutput<typeof driversRequest>;

/** Asks `cli/proxyImage` which proxy image the mesh gives to the namespace's pods. */
export const proxyImageRequest = v.strictObject(pods);
export type ProxyImageRequest = v.InferOutput<typeof proxyImageRequest>;

/** Asks `cli/removeContainers` to remove what an update left that was killed. */
export const removeContainersRequest = v.strictObject({
  /** Owner id of the containers. */
  owner: text,
  /** Beginning of the containers' names. */
  name: text,
  /** Id of the container to keep; absent where all go. */
  kept: v.optional(text),
});
export type RemoveContainersRequest = v.InferOutput<typeof removeContainersRequest>;

const labels = v.record(v.string(), v.string());

/** Asks `cli/preflight` whether the stack can be brought up. */
export const preflightRequest = v.strictObject({
  /** Namespace that the stack creates. */
  namespace: text,
  /** Owner id that the namespace has to have if it exists already. */
  owner: text,
  context: v.optional(text),
  /** Labels by which Istio injects its sidecar into the namespace's pods. */
  injectionLabels: labels,
  /** Labels of the pod that gets a sidecar. */
  podLabels: labels,
  timeout: readBy(parseTimeout),
  path: v.picklist(PATHS),
  remedy: v.picklist(REMEDIES),
  /** Whether the sidecar's clock runs faster. */
  timelapse: v.boolean(),
  /** Repository that the probe's image is pushed to. */
  repository: text,
  /** Images that Docker has to find, by the key that names them. */
  images: v.record(v.string(), text),
  /** `os/arch` that was set for the probe's image; absent where none was. */
  platform: v.optional(text),
});
export type PreflightRequest = v.InferOutput<typeof preflightRequest>;

/** Requests by the programs in `cli` that take them. */
export interface Requests {
  measure: MeasureRequest;
  runState: RunStateRequest;
  drivers: DriversRequest;
  proxyImage: ProxyImageRequest;
  removeContainers: RemoveContainersRequest;
  preflight: PreflightRequest;
}

/** Answer of `cli/preflight`: problems, one line each. */
export interface PreflightAnswer {
  problems: string[];
}
