import * as v from "valibot";

import type { CheckAnswer } from "../../app/probe/check.ts";
import { MAX_SAMPLES } from "../../app/probe/request.ts";
import { MIDDLEWARE_KINDS, MODES } from "../../app/probe/sample.ts";
import type { Connection, ProbeStatus, Sample } from "../../app/probe/sample.ts";
import { parseHost } from "../endpoint.ts";
import {
  durationMs,
  instant,
  list,
  name,
  port,
  schemaOf,
  sentence,
  textFor,
  wholeNumber,
} from "./fields.ts";

/** Schemas of a probe's answers. `app/probe` says what each field means; its image has no schemas. */

export const middleware = v.picklist(MIDDLEWARE_KINDS);

export const host = textFor(parseHost, "a DNS name or an IP address");

const place = wholeNumber(1, MAX_SAMPLES);

const connectionSchema = schemaOf<Connection>()(
  v.object({
    middleware,
    mode: v.picklist(MODES),
    repetition: place,
    connection: place,
    host,
    port,
    localPort: port,
    localAddress: name,
    remoteAddress: name,
    connectedAt: instant,
  }),
);

export const connectionEnd = v.picklist(["fin", "reset", "error", "open"]);

export const sampleSchema = schemaOf<Sample>()(
  v.object({
    ...connectionSchema.entries,
    heldMs: durationMs,
    end: connectionEnd,
    error: v.exactOptional(sentence),
    lastByteMs: v.exactOptional(durationMs),
    idleLimit: v.exactOptional(v.object({ setting: name, ms: durationMs })),
    answer: v.exactOptional(sentence),
    use: v.exactOptional(
      v.object({ firstWrite: name, read: name, secondWrite: v.exactOptional(name) }),
    ),
    greeting: v.exactOptional(sentence),
  }),
);

const samples = list(sampleSchema, { max: MAX_SAMPLES });

/** Connections that are held; some of the run's must be known, or nothing was measured. */
export const holdingSchema = v.pipe(
  v.object({
    state: v.literal("holding"),
    heldMs: durationMs,
    repetitionsLeft: wholeNumber(0, MAX_SAMPLES),
    held: list(v.object({ ...connectionSchema.entries, heldMs: durationMs }), { max: MAX_SAMPLES }),
    samples,
  }),
  v.check(({ held, samples: ended }) => held.length + ended.length > 0, "a run with connections"),
);

export const doneSchema = v.object({
  state: v.literal("done"),
  samples: list(sampleSchema, { min: 1, max: MAX_SAMPLES }),
  incomplete: v.exactOptional(sentence),
});

export const probeStatusSchema = schemaOf<ProbeStatus>()(
  v.variant("state", [
    v.object({ state: v.literal("unknown") }),
    v.object({ state: v.literal("connecting") }),
    holdingSchema,
    v.object({ state: v.literal("failed"), error: sentence }),
    doneSchema,
  ]),
);

export const checkAnswerSchema = schemaOf<CheckAnswer>()(
  v.variant("ok", [
    v.object({ ok: v.literal(true), address: name }),
    v.object({ ok: v.literal(false), error: sentence }),
  ]),
);
