import type * as pulumi from "@pulumi/pulumi";
import { ProbeWorkload } from "./probeWorkload.ts";
import type { ProbeWorkloadArgs } from "./probeWorkload.ts";

/** Declares the two pods that are compared: one with Istio's sidecar, and the control without. */
export function probePair(
  args: Omit<ProbeWorkloadArgs, "sidecar">,
  opts: pulumi.ComponentResourceOptions,
): ProbeWorkload[] {
  return [
    new ProbeWorkload("with-sidecar", { ...args, sidecar: true }, opts),
    new ProbeWorkload("without-sidecar", { ...args, sidecar: false }, opts),
  ];
}
