import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Artifact } from "../build/artifacts.ts";
import type { EnvoyVersion } from "../build/envoys.ts";
import { ferretdb, istio, kubernetes, nodeProgram, pulumi } from "../build/goBuilds.ts";
import {
  awaitNode,
  checkInjection,
  Cluster,
  installIstio,
  writeAdminKubeconfig,
} from "../node/cluster.ts";
import { firewallTrial } from "../machine/firewall.ts";
import { imageLayers, labImages } from "../build/images.ts";
import { push } from "../build/oci.ts";
import type { Image } from "../build/oci.ts";
import { nodeRuntime, pause, plugins } from "../build/programs.ts";
import { rootfs } from "../build/rootfs.ts";
import { findNode, nodeState } from "../node/node.ts";
import { startNode } from "../node/startNode.ts";
import { labPaths } from "../base/paths.ts";
import { pulumiHome } from "./pulumiHome.ts";
import { REGISTRY_PORT } from "../node/identity.ts";
import type { NodeIdentity } from "../node/identity.ts";
import type { Step } from "../base/steps.ts";
import { eventually } from "../base/wait.ts";

/** Lists what is built for a lab whose sidecars run this Envoy, in the order in which people read of it. */
export function artifacts(envoy: EnvoyVersion): Artifact[] {
  return [
    rootfs,
    nodeProgram,
    kubernetes,
    nodeRuntime,
    pause,
    istio,
    pulumi,
    plugins,
    ferretdb,
    ...imageLayers(envoy),
  ];
}

/** Lists the steps from built results to a cluster. Each leaves a mark, so that the next `up` resumes. */
export function startSteps(name: string, envoy: EnvoyVersion): Step[] {
  const paths = labPaths(name);
  const identity = (): NodeIdentity => ({ name, address: nodeState(name).nodeAddress });
  const marked = (
    title: string,
    typicalSeconds: number,
    needs: string[],
    run: (log: string) => Promise<unknown>,
  ): Step => {
    const mark = join(paths.marks, title.toLowerCase().replaceAll(" ", "-"));
    return {
      title,
      typicalSeconds,
      needs,
      bound: "other",
      done: () => existsSync(mark),
      run: async (log) => {
        await run(log);
        mkdirSync(paths.marks, { recursive: true });
        writeFileSync(mark, "");
      },
    };
  };
  const titles = (built: Artifact[]): string[] => built.map(({ title }) => title);
  const runs = (): boolean => findNode(name, paths).is === "running";
  const trial = firewallTrial(runs);
  return [
    trial,
    {
      title: "Start of the node",
      typicalSeconds: 2,
      bound: "other",
      needs: [trial.title, ...titles([rootfs, kubernetes, nodeProgram])],
      done: runs,
      run: async (log) => {
        await startNode(name, paths, log);
      },
    },
    marked("Images in the registry", 4, ["Start of the node", ...titles(imageLayers(envoy))], () =>
      pushImages(identity().address, labImages(envoy)),
    ),
    marked("Kubernetes node Ready", 20, ["Start of the node"], async (log) => {
      writeAdminKubeconfig(paths, identity());
      await awaitNode(new Cluster(paths, log), identity());
    }),
    marked(
      "Istio's control plane",
      20,
      ["Kubernetes node Ready", "Images in the registry", istio.title],
      (log) => installIstio(new Cluster(paths, log), envoy),
    ),
    marked("A pod with a sidecar", 15, ["Istio's control plane"], (log) =>
      checkInjection(new Cluster(paths, log)),
    ),
    pulumiHome(paths),
  ];
}

/** Puts images into the registry of the lab at an address. */
export async function pushImages(address: string, images: readonly Image[]): Promise<void> {
  const registry = `http://${address}:${REGISTRY_PORT}`;
  const answers = async (): Promise<boolean> => (await fetch(`${registry}/v2/`)).ok;
  await eventually(`${registry} answers`, () => answers().catch(() => false), 30_000);
  for (const image of images) {
    await push(registry, image);
  }
}
