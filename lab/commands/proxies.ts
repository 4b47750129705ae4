import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { labPaths } from "../base/paths.ts";
import type { LabPaths } from "../base/paths.ts";
import { DEFAULT_ENVOY, parseEnvoy } from "../build/envoys.ts";
import type { EnvoyVersion } from "../build/envoys.ts";
import { sidecarImage } from "../build/images.ts";
import { proxyLayers } from "../build/proxies.ts";
import { nodeState } from "../node/node.ts";
import { pushImages } from "./upSteps.ts";

/** Reads which Envoy a lab's sidecars have: the one that `up` was told when the lab began. */
export function labEnvoy({ envoy }: Pick<LabPaths, "envoy">): EnvoyVersion {
  return existsSync(envoy) ? parseEnvoy(readFileSync(envoy, "utf8")) : DEFAULT_ENVOY;
}

/** Puts images of sidecars with other Envoys into a running lab, for pods that ask for them by an annotation. */
export async function addProxies(name: string, envoys: readonly EnvoyVersion[]): Promise<void> {
  const { nodeAddress } = nodeState(name);
  for (const { step } of new Set(envoys.flatMap(proxyLayers))) {
    if (step.done?.() !== true) {
      await step.run(join(labPaths(name).stepLogs, "proxies.log"));
    }
  }
  await pushImages(nodeAddress, envoys.map(sidecarImage));
}
