/**
 * Types of what is measured, as it is stored and exchanged. The probe writes `Sample`s, `cli/measure` puts the
 * proxy's evidence beside them and prints one {@link RunRecord}, the program exports it, and everything that compares
 * reads it back. `model/schema` has each field, with its meaning and its limits.
 */
import type * as v from "valibot";
import type {
  effectiveTimeoutSchema,
  idleTimeoutCountSchema,
  listenerUpdateSchema,
  proxyEvidenceSchema,
} from "./schema/proxy.ts";
import type {
  lapsedDurationSchema,
  measurementSchema,
  probeKind,
  runRecordSchema,
  targetRecordSchema,
} from "./schema/run.ts";

/** The proxy's own word on one connection, from its access log. */
export type ProxyEvidence = v.InferOutput<typeof proxyEvidenceSchema>;

/**
 * The proxy's count of connections that its idle timeout closed, since it started and of all that it counts under
 * one name: with several of them at the same time it does not tell which. It rises when the timer fires, with a log or
 * without, and never for another reason.
 */
export type IdleTimeoutCount = v.InferOutput<typeof idleTimeoutCountSchema>;

/**
 * The last time that the proxy took a new configuration for the listener that carried a connection, while it was held.
 * Envoy then lets connections of the old configuration live for its drain time and closes them, idle or not.
 */
export type ListenerUpdate = v.InferOutput<typeof listenerUpdateSchema>;

/** Which idle timeout the proxy's configuration really applies to the endpoint. */
export type EffectiveTimeout = v.InferOutput<typeof effectiveTimeoutSchema>;

export type ProbeKind = v.InferOutput<typeof probeKind>;

/** How long a connection was held in a time-lapse: three things of which none means much by itself. */
export type LapsedDuration = v.InferOutput<typeof lapsedDurationSchema>;

/** A `Sample` of one of the two probes with everything known about it. */
export type Measurement = v.InferOutput<typeof measurementSchema>;

/** One measured endpoint, with the timeout that applies to it. */
export type TargetRecord = v.InferOutput<typeof targetRecordSchema>;

/** Everything one run found. */
export type RunRecord = v.InferOutput<typeof runRecordSchema>;
