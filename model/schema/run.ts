import * as v from "valibot";

import { MAX_OBSERVE_MS, MAX_SAMPLES } from "../../app/probe/request.ts";
import { formatEndpoint, parseEndpoint } from "../endpoint.ts";
import { PATHS, REMEDIES } from "../remedy.ts";
import { MAX_FACTOR } from "../timelapse.ts";
import { parseTimeout } from "../timeout.ts";
import {
  durationMs,
  flag,
  instant,
  list,
  name,
  sentence,
  sentences,
  textFor,
  wholeNumber,
} from "./fields.ts";
import {
  effectiveTimeoutSchema,
  idleTimeoutCountSchema,
  listenerUpdateSchema,
  proxyEvidenceSchema,
  proxyVersionsSchema,
} from "./proxy.ts";
import { middleware, sampleSchema } from "./sample.ts";

/** Version of the run record's shape; raised whenever a reader of the old shape would misread the new one. */
export const SCHEMA_VERSION = 1;

export const probeKind = v.picklist(["withSidecar", "withoutSidecar"]);

const endpoint = textFor(parseEndpoint, "an endpoint such as 10.0.0.5:6379");

export const timelapseSchema = v.object({
  /** Speed of the sidecar's clock as a multiple of real time, more than 1. */
  factor: wholeNumber(2, MAX_FACTOR),
});

export const lapsedDurationSchema = v.object({
  ...timelapseSchema.entries,
  /** By the sidecar's clock, in ms; null where it is not known. */
  proxyMs: v.nullable(durationMs),
  /** By the probe's clock, in ms. */
  wallMs: durationMs,
});

export const measurementSchema = v.object({
  probe: probeKind,
  pod: name,
  ...sampleSchema.entries,
  /** The probe goes on: how the connection ends is to be collected. Absent where that is known. */
  running: flag,
  /** Duration by both clocks, for a connection through a sidecar whose clock ran faster; otherwise absent. */
  timelapse: v.exactOptional(lapsedDurationSchema),
  /** The proxy's access-log entry of the same connection; null where there is no proxy or no entry. */
  proxy: v.nullable(proxyEvidenceSchema),
  /** The sidecar's count of idle timeouts, for a connection that has ended; absent where it keeps none. */
  idleTimeouts: v.exactOptional(idleTimeoutCountSchema),
  /**
   * Of a connection through a sidecar that has ended: the update of its listener while it was held, null where there
   * was none; absent where that is not known.
   */
  listenerUpdate: v.exactOptional(v.nullable(listenerUpdateSchema)),
  /**
   * Of the pod without a sidecar: why the endpoint could no longer be reached when this was over, e.g. `ECONNREFUSED
   * 10.0.0.5:6379`; absent where it could, or was not tried.
   */
  unreachableAfter: v.exactOptional(sentence),
  /** The last lines of the proxy's debug log on the connection; absent where it was not asked for. */
  debugLog: v.exactOptional(sentences),
  /** Why the figure must not be used; absent for a good one. */
  voidReasons: v.exactOptional(sentences),
  /** Things a reader has to know before trusting the figure, e.g. proxy and probe disagree. */
  notes: sentences,
});

export const targetRecordSchema = v.object({
  middleware,
  /** `host:port` as the pods reached it. */
  endpoint,
  /** Read from the sidecar's configuration just before the clock started. */
  effective: effectiveTimeoutSchema,
});

export const runRecordSchema = v.pipe(
  v.object({
    schemaVersion: v.literal(SCHEMA_VERSION),
    run: name,
    /** Endpoint of the first of `targets`, which stands for the run in a single figure. */
    endpoint,
    /** The stack's `timeout` setting as the user wrote it: `10s`, `default`, `remove`, `off`. */
    timeout: textFor(parseTimeout, "a timeout such as 10s or default"),
    /** The stack's `path` setting; absent where it is the default, `passthrough`. */
    path: v.exactOptional(v.picklist(PATHS)),
    /** The stack's `remedy` setting; absent where it is the default, `envoyFilter`. */
    remedy: v.exactOptional(v.picklist(REMEDIES)),
    /** How long connections were held and watched each time, in ms. */
    observeMs: wholeNumber(1, MAX_OBSERVE_MS),
    /** Number of repetitions that were asked for; absent where it is 1. */
    repetitions: v.exactOptional(wholeNumber(1, MAX_SAMPLES)),
    /**
     * When the probes' last window ends at the latest, by their clock, while they go on without a client; absent when all
     * that can be known is known.
     */
    runningUntil: v.exactOptional(instant),
    /** Absent where the sidecar's clock was the real one. */
    timelapse: v.exactOptional(timelapseSchema),
    /** Timeout of the first of `targets`. */
    effective: effectiveTimeoutSchema,
    /** Every endpoint that was measured. */
    targets: list(targetRecordSchema, { min: 1, max: MAX_SAMPLES }),
    ...proxyVersionsSchema.entries,
    /** Kubernetes nodes that the two pods run on; absent where that is not known. */
    nodes: v.exactOptional(v.object({ withSidecar: name, withoutSidecar: name })),
    /** From both pods. */
    samples: list(measurementSchema, { min: 1, max: 2 * MAX_SAMPLES }),
    notes: sentences,
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) {
      return;
    }
    const { targets, samples } = dataset.value;
    const endpoints = new Set(targets.map((target) => target.endpoint));
    const stray = samples.findIndex((sample) => !endpoints.has(formatEndpoint(sample)));
    const input = samples[stray];
    if (input !== undefined) {
      const at = (owner: object, key: string | number, value: unknown): v.UnknownPathItem => ({
        ...{ type: "unknown", origin: "value", input: owner, key, value },
      });
      addIssue({
        message: "an endpoint of targets",
        input: formatEndpoint(input),
        path: [
          at(dataset.value, "samples", samples),
          at(samples, stray, input),
          at(input, "host", input.host),
        ],
      });
    }
  }),
);
