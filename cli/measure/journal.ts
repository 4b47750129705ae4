import { isIP } from "node:net";
import * as v from "valibot";

import { MAX_OBSERVE_MS, MAX_SAMPLES, parseRun } from "../../app/probe/request.ts";
import type { Sample } from "../../app/probe/sample.ts";
import { formatEndpoint } from "../../model/endpoint.ts";
import {
  count,
  instant,
  list,
  name,
  port,
  schemaOf,
  sentence,
  textFor,
  wholeNumber,
} from "../../model/schema/fields.ts";
import { effectiveTimeoutSchema, proxyVersionsSchema } from "../../model/schema/proxy.ts";
import { probeKind } from "../../model/schema/run.ts";
import { doneSchema, holdingSchema, host, middleware } from "../../model/schema/sample.ts";
import type { ProbePod } from "../cluster/pods.ts";
import { MeasureError } from "../cluster/world.ts";
import type { LogLevels } from "../sidecar/debugLog.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import type { ProxyPath } from "../sidecar/proxyConfig.ts";
import type { ProxyVersions } from "../sidecar/serverInfo.ts";

/**
 * What a run has to keep beyond the client that started it: what was found before the clock started, and whether the
 * client has detached. A result that is collected after hours, from another machine maybe, is judged by it.
 *
 * Whoever may write ConfigMaps in the namespace can write one. Names of pods and levels of loggers become arguments of
 * kubectl and paths of Envoy's admin interface, so they are taken only in the form that those have.
 */

/** Version of the journal's shape; raised whenever a reader of the old shape would misread the new one. */
export const JOURNAL_SCHEMA_VERSION = 1;

/** A pod's name: DNS labels, which can't be taken for an option. */
const podName = v.pipe(
  name,
  v.regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, "a name of a pod"),
);

const logLevel = v.pipe(name, v.regex(/^\w+$/, "a level such as debug"));

const podSchema = schemaOf<ProbePod>()(
  v.object({
    kind: probeKind,
    name: podName,
    uid: name,
    nodeName: v.exactOptional(name),
    excludedPorts: v.exactOptional(name),
    proxyRestarts: count,
    proxyEnded: v.exactOptional(v.object({ at: instant, why: sentence })),
  }),
);

const ipAddress = v.pipe(
  name,
  v.check((text) => isIP(text) !== 0, "an IP address"),
);

const destinationSchema = schemaOf<Destination>()(
  v.object({
    address: ipAddress,
    port,
  }),
);

const pathSchema = schemaOf<ProxyPath>()(
  v.object({
    effective: effectiveTimeoutSchema,
    evidence: v.boolean(),
    statPrefix: v.exactOptional(name),
    idleTimeouts: v.exactOptional(v.object({ name, before: count })),
    chain: name,
    updatedAt: v.exactOptional(name),
  }),
);

const targetSchema = v.object({
  middleware,
  endpoint: v.object({ host, port }),
  /** Address by which the sidecar knows the endpoint. */
  destination: destinationSchema,
  /** IP address that each pod connects to: the same one, unless the mesh has an address of its own for the name. */
  addresses: v.object({ withSidecar: ipAddress, withoutSidecar: ipAddress }),
  /** Way of the connections through the sidecar, as it was just before. */
  path: pathSchema,
  /** Object that sets the idle timeout there, where that is known. */
  origin: v.exactOptional(name),
});

const lastSeen = v.variant("state", [holdingSchema, doneSchema]);

export const journalSchema = v.object({
  schemaVersion: v.literal(JOURNAL_SCHEMA_VERSION),
  run: textFor(parseRun, "the name of a run"),
  /** How long the connections are held and watched each time, in ms. */
  observeMs: wholeNumber(1, MAX_OBSERVE_MS),
  pods: v.object({ withSidecar: podSchema, withoutSidecar: podSchema }),
  /** Endpoints of the connections, in the order in which they were asked for. */
  targets: list(targetSchema, { min: 1, max: MAX_SAMPLES }),
  versions: schemaOf<ProxyVersions>()(proxyVersionsSchema),
  /** The policy's kind and name, where it was not in the cluster. */
  missingPolicy: v.exactOptional(name),
  /** Levels of the sidecar's loggers before they were raised for the run; absent where they were not. */
  logLevels: v.exactOptional(
    schemaOf<LogLevels>()(v.object({ connection: logLevel, filter: logLevel, pool: logLevel })),
  ),
  /** How the connections stood when the client detached; absent before that. */
  detached: v.exactOptional(v.object({ withSidecar: lastSeen, withoutSidecar: lastSeen })),
});

export type Journal = v.InferOutput<typeof journalSchema>;

/** An endpoint, and what carries connections to it. */
export type JournalTarget = v.InferOutput<typeof targetSchema>;

/** Connections that are held, or how all of them ended. */
export type LastSeen = v.InferOutput<typeof lastSeen>;

/**
 * Finds the target that a sample's connection went to.
 *
 * @throws MeasureError for a connection that nobody asked for.
 */
export function targetOf(targets: readonly JournalTarget[], sample: Sample): JournalTarget {
  const wanted = formatEndpoint(sample);
  const target = targets.find(({ endpoint }) => formatEndpoint(endpoint) === wanted);
  if (target === undefined) {
    throw new MeasureError(
      `a probe answers with a connection to ${wanted}, which it was not asked for`,
    );
  }
  return target;
}
