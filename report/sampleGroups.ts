import type { MiddlewareKind, Mode, Sample } from "../app/probe/sample.ts";
import { formatEndpoint } from "../model/endpoint.ts";
import type { Measurement, ProbeKind, RunRecord } from "../model/record.ts";

/** Identifies a test: all connections to one endpoint that are used in one way. */
export type TestKey = Pick<Sample, "middleware" | "mode" | "host" | "port">;

/** The samples of one test. */
export interface SampleGroup<T extends TestKey> {
  /** Tells the test from the run's others: `redis silent`, with the endpoint where others are called so too. */
  name: string;
  middleware: MiddlewareKind;
  mode: Mode;
  /** `host:port`. */
  endpoint: string;
  samples: T[];
}

/** Groups samples by their tests, in the order in which these come. */
export function groupSamples<T extends TestKey>(samples: readonly T[]): SampleGroup<T>[] {
  const groups = new Map<string, SampleGroup<T>>();
  for (const sample of samples) {
    const { middleware, mode } = sample;
    const endpoint = formatEndpoint(sample);
    const name = `${middleware} ${mode}`;
    const key = `${name} ${endpoint}`;
    const group = groups.get(key) ?? { name, middleware, mode, endpoint, samples: [] };
    group.samples.push(sample);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  return all.map((group) => {
    const ambiguous = all.some((other) => other !== group && other.name === group.name);
    return ambiguous ? { ...group, name: `${group.name} ${group.endpoint}` } : group;
  });
}

/**
 * Finds the sample of a pod that stands for the run in a single figure: the first connection of the first repetition,
 * a silent one where there is one.
 */
export function firstSample(
  { samples }: Pick<RunRecord, "samples">,
  kind: ProbeKind,
): Measurement | undefined {
  const all = ofProbe(samples, kind).sort(
    (a, b) => a.repetition - b.repetition || a.connection - b.connection,
  );
  return all.find(({ mode }) => mode === "silent") ?? all[0];
}

/** Returns the samples of one of the pods, in their order. */
export function ofProbe(samples: readonly Measurement[], kind: ProbeKind): Measurement[] {
  return samples.filter(({ probe }) => probe === kind);
}

/** Finds the connection of the pod without a sidecar that was held at the same place of the same test. */
export function controlOf(
  subject: Measurement,
  samples: readonly Measurement[],
): Measurement | undefined {
  return samples.find(
    (sample) =>
      sample.probe === "withoutSidecar" &&
      sample.middleware === subject.middleware &&
      sample.mode === subject.mode &&
      sample.host === subject.host &&
      sample.port === subject.port &&
      sample.repetition === subject.repetition &&
      sample.connection === subject.connection,
  );
}
