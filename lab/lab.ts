import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import type { Artifact } from "./artifacts";
import * as builds from "./builds";
import { awaitNode, checkInjection, Cluster, installIstio, writeAdminKubeconfig } from "./cluster";
import { imageLayers, labImages } from "./images";
import { builtFrom, isAlive, readNode, startNode, stopNode, type NodeState } from "./node";
import { push } from "./oci";
import { labPaths, type LabPaths } from "./paths";
import { missingPrerequisites, thisMachine } from "./prerequisites";
import { elapsed, humanSeconds, stepReport } from "./progress";
import { REGISTRY_PORT, type NodeIdentity } from "./services";
import { runSteps, type Step } from "./steps";

/** A mistake of the user's or a state they have to know of: shown as it is, without a stack. */
export class LabError extends Error {}

/** Everything that is built, in the order in which it is told. */
const artifacts: Artifact[] = [
  builds.rootfs,
  builds.nodeProgram,
  builds.kubernetes,
  builds.envoy,
  builds.nodeRuntime,
  builds.pause,
  builds.istio,
  builds.pulumi,
  builds.plugins,
  ...imageLayers,
];

/** Builds what is missing, starts the node and installs Istio; what is already there is kept. */
export async function up(name: string): Promise<void> {
  checkName(name);
  const missing = missingPrerequisites(thisMachine);
  if (missing.length > 0) {
    throw new LabError(["This machine is not ready for the lab:", ...missing].join("\n  "));
  }
  const paths = labPaths(name);
  const running = readNode(paths);
  if (running !== undefined && !isAlive(running)) {
    console.error(`Lab ${name}: its node has ended (reboot or crash); starting anew.`);
    await stopNode(paths);
  } else if (running !== undefined && running.builtFrom.join() !== builtFrom().join()) {
    throw new LabError(
      `Lab ${name} runs, but was built from another version of this project. ` +
        `Take it down first: npm run lab -- down --name ${name}`,
    );
  }
  mkdirSync(paths.stepLogs, { recursive: true });
  const steps = [...artifacts.map(({ step }) => step), ...startSteps(name)];
  const todo = steps.filter((step) => step.done?.() !== true);
  const expected = todo.reduce((sum, step) => sum + step.typicalSeconds, 0);
  console.error(
    todo.length === 0
      ? `Lab ${name} is up.`
      : `Lab ${name}: ${todo.length} of ${steps.length} steps to do, about ${humanSeconds(expected)} on two cores.`,
  );
  const since = Date.now();
  const logFile = (title: string): string =>
    join(paths.stepLogs, `${title.toLowerCase().replace(/[^a-z0-9.]+/g, "-")}.log`);
  await runSteps(steps, logFile, stepReport());
  if (todo.length > 0) console.error(`Lab ${name} is up after ${humanSeconds(elapsed(since))}.`);
}

/** The steps from built results to a cluster; each leaves a mark, so that the next `up` goes on. */
function startSteps(name: string): Step[] {
  const paths = labPaths(name);
  const identity = (): NodeIdentity => ({ name, address: nodeState(name).nodeAddress });
  const start = (
    title: string,
    typicalSeconds: number,
    needs: string[],
    run: (log: string) => Promise<unknown>,
  ): Step => {
    const mark = join(paths.root, `done-${title.toLowerCase().replaceAll(" ", "-")}`);
    return {
      title,
      typicalSeconds,
      needs,
      bound: "other",
      done: () => existsSync(mark),
      run: async (log) => {
        await run(log);
        writeFileSync(mark, "");
      },
    };
  };
  const titles = (built: Artifact[]): string[] => built.map(({ title }) => title);
  return [
    start(
      "Start of the node",
      2,
      titles([builds.rootfs, builds.kubernetes, builds.nodeProgram]),
      (log) => startNode(name, paths, log),
    ),
    start("Images in the registry", 4, ["Start of the node", ...titles(imageLayers)], () =>
      pushImages(identity().address),
    ),
    start("Kubernetes node Ready", 20, ["Start of the node"], async (log) => {
      writeAdminKubeconfig(paths, identity());
      await awaitNode(new Cluster(paths, log), identity());
    }),
    start(
      "Istio's control plane",
      20,
      ["Kubernetes node Ready", "Images in the registry", builds.istio.title],
      (log) => installIstio(new Cluster(paths, log)),
    ),
    start("A pod with a sidecar", 15, ["Istio's control plane"], (log) =>
      checkInjection(new Cluster(paths, log)),
    ),
    pulumiHome(paths),
  ];
}

/** Plugins are laid out again whenever they were built again, in a running lab too. */
function pulumiHome(paths: LabPaths): Step {
  const link = join(paths.pulumiHome, "plugins");
  return {
    title: "Pulumi's home",
    typicalSeconds: 1,
    bound: "other",
    needs: [builds.plugins, builds.pulumi].map(({ title }) => title),
    done: () => existsSync(link) && readlinkSync(link) === builds.plugins.dir,
    run: () => {
      for (const dir of [paths.pulumiHome, paths.pulumiState, paths.stackFiles]) {
        mkdirSync(dir, { recursive: true });
      }
      rmSync(link, { force: true });
      symlinkSync(builds.plugins.dir, link);
      return Promise.resolve();
    },
  };
}

async function pushImages(address: string): Promise<void> {
  const registry = `http://${address}:${REGISTRY_PORT}`;
  await until(async () => (await fetch(`${registry}/v2/`)).ok, `the registry at ${registry}`);
  for (const image of labImages()) await push(registry, image);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const since = Date.now(); ;) {
    if (await condition().catch(() => false)) return;
    if (elapsed(since) > 30) throw new Error(`${what} did not answer within 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Ends the lab and removes everything of it but what was built. */
export async function down(name: string): Promise<void> {
  checkName(name);
  const paths = labPaths(name);
  if (!existsSync(paths.root)) {
    console.error(`Lab ${name} is not there; nothing to do.`);
    return;
  }
  const since = Date.now();
  await stopNode(paths);
  console.error(
    `Lab ${name} is down after ${humanSeconds(elapsed(since))}. What was built is kept.`,
  );
}

interface ServiceState {
  name: string;
  running: boolean;
  restarts: number;
  since: string;
  lastExit?: string;
}

/** Tells what runs. Returns whether all of it does. */
export function status(name: string): boolean {
  checkName(name);
  const paths = labPaths(name);
  const state = readNode(paths);
  if (state === undefined) {
    console.log(`Lab ${name} is not up. Start it: npm run lab -- up`);
    return false;
  }
  if (!isAlive(state)) {
    console.log(`Lab ${name}: its node has ended. Start it again: npm run lab -- up`);
    return false;
  }
  const services = JSON.parse(
    readFileSync(join(paths.run, "services.json"), "utf8"),
  ) as ServiceState[];
  const unfinished = startSteps(name).filter((step) => step.done?.() !== true);
  console.log(`Lab ${name}: node ${state.nodeAddress}, process ${state.pid}, ${pluginsLine()}`);
  for (const service of services) {
    const restarts =
      service.restarts === 0
        ? ""
        : `, ${service.restarts} restarts, last: ${service.lastExit ?? ""}`;
    console.log(
      `  ${service.name.padEnd(24)} ${service.running ? "running" : "stopped"}${restarts}`,
    );
  }
  for (const step of unfinished) console.log(`  not done yet: ${step.title}`);
  if (unfinished.length > 0) console.log("  Go on from there: npm run lab -- up");
  console.log(`  logs: ${paths.serviceLogs}`);
  return unfinished.length === 0 && services.every(({ running }) => running);
}

export function pluginsLine(): string {
  return "plugins: the lab's own for kubernetes, docker and command";
}

/** Variables with which kubectl, docker, istioctl and pulumi work on the lab. */
export function environment(name: string): Record<string, string> {
  const paths = labPaths(name);
  nodeState(name);
  const bin = [builds.kubernetes, builds.istio, builds.pulumi].map(({ dir }) => dir);
  return {
    PATH: [...bin, process.env.PATH ?? ""].join(delimiter),
    KUBECONFIG: paths.kubeconfig,
    DOCKER_HOST: `unix://${join(paths.run, "docker.sock")}`,
    PULUMI_HOME: paths.pulumiHome,
    PULUMI_BACKEND_URL: `file://${paths.pulumiState}`,
    // Guards nothing but the throw-away password of a throw-away Redis.
    PULUMI_CONFIG_PASSPHRASE: "lab",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** The running node's state; a {@link LabError} when there is none. */
export function nodeState(name: string): NodeState {
  const state = readNode(labPaths(name));
  if (state === undefined || !isAlive(state)) {
    throw new LabError(`Lab ${name} is not up. Start it: npm run lab -- up --name ${name}`);
  }
  return state;
}

/** A lab's name becomes part of a link's name, of which Linux takes 15 characters. */
function checkName(name: string): void {
  if (!/^[a-z][a-z0-9]{0,9}$/.test(name)) {
    throw new LabError(
      `Lab name "${name}": give 1 to 10 lower-case letters and digits, a letter first, e.g. --name two`,
    );
  }
}
