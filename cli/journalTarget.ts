import type { Sample } from "../app/probe/record.ts";
import { formatEndpoint } from "../components/endpoint.ts";
import type { JournalTarget } from "./journal.ts";

/** The target that a sample's connection went to. */
export function targetOf(targets: readonly JournalTarget[], sample: Sample): JournalTarget {
  const name = formatEndpoint(sample);
  const target = targets.find(({ endpoint }) => formatEndpoint(endpoint) === name);
  if (target === undefined) {
    throw new Error(`the probe has a sample of ${name}, which it was not asked for`);
  }
  return target;
}
