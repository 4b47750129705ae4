import type { RunRecord, TargetRecord } from "../model/record.ts";
import type { Sample } from "../app/probe/sample.ts";
import { formatEndpoint } from "../model/endpoint.ts";

/** Finds the target that a sample's connection went to. */
export function recordTarget(
  record: Pick<RunRecord, "targets">,
  sample: Pick<Sample, "host" | "port">,
): TargetRecord {
  const name = formatEndpoint(sample);
  const target = record.targets.find(({ endpoint }) => endpoint === name);
  if (target === undefined) {
    throw new Error(`the record has a sample of ${name}, but no such target`);
  }
  return target;
}
