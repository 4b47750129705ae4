import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join, relative, sep } from "node:path";
import { alone } from "./alone.ts";
import { removeAbandoned } from "../build/artifacts.ts";
import type { EnvoyVersion } from "../build/envoys.ts";
import { istio, kubernetes, pulumi } from "../build/goBuilds.ts";
import { LabError } from "../base/errors.ts";
import { checkName } from "../base/labName.ts";
import { awaitAnswers } from "../node/heal.ts";
import { findNode, foreignLab, nodeState } from "../node/node.ts";
import type { NodeState } from "../node/node.ts";
import { removeNode } from "../node/removeNode.ts";
import { builtFrom } from "../node/startNode.ts";
import { cacheDir, labPaths } from "../base/paths.ts";
import type { LabPaths } from "../base/paths.ts";
import type { Plan } from "../machine/diskNeeds.ts";
import { thisMachine } from "../machine/machine.ts";
import { missingPrerequisites } from "../machine/prerequisites.ts";
import { elapsed, humanSeconds } from "../base/seconds.ts";
import { stepReport } from "../base/progress.ts";
import { laidOut, pluginsLine } from "./pulumiHome.ts";
import { labEnvoy } from "./proxies.ts";
import { labStatus } from "./status.ts";
import { runSteps } from "../base/steps.ts";
import { artifacts, startSteps } from "./upSteps.ts";
import { noteUses } from "./uses.ts";

/**
 * Builds what is missing, starts the node, installs Istio and waits until everything works. If it is interrupted
 * at any point, the next call resumes.
 *
 * @param asked Envoy of its sidecars; absent for the one that the lab has, or the default one.
 */
export async function up(name: string, asked?: EnvoyVersion): Promise<void> {
  checkName(name);
  const paths = labPaths(name);
  const envoy = asked ?? labEnvoy(paths);
  const missing = missingPrerequisites(thisMachine, planFor(name, paths, envoy));
  if (missing.length > 0) {
    throw new LabError(["This machine is not ready for the lab:", ...missing].join("\n  "));
  }
  await alone(name, "up", async () => {
    await makeWay(name, paths, envoy);
    removeAbandoned();
    const since = Date.now();
    const todo = await runUpSteps(name, paths, envoy);
    await awaitAnswers(name, paths);
    const after = todo === 0 ? "" : ` after ${humanSeconds(elapsed(since))}`;
    console.error(`Lab ${name} is up${after}; ${pluginsLine(paths)}.`);
  });
}

function planFor(name: string, paths: LabPaths, envoy: EnvoyVersion): Plan {
  const missing = artifacts(envoy).filter(({ step }) => step.done?.() !== true);
  return {
    startsNode: findNode(name, paths).is !== "running",
    buildsMegabytes: missing.reduce((sum, { megabytes }) => sum + megabytes, 0),
    compilesGo: [kubernetes, istio, pulumi].some((each) => missing.includes(each)),
  };
}

/** Removes remains from which `up` can't resume, and refuses a lab that must not be touched. */
async function makeWay(name: string, paths: LabPaths, envoy: EnvoyVersion): Promise<void> {
  const node = findNode(name, paths);
  switch (node.is) {
    case "absent":
      return;
    case "foreign":
      throw foreignLab(name, node.pid, node.root);
    case "ended":
      console.error(`Lab ${name}: its node has ended (crash or reboot); starting a new one.`);
      return removeLab(name, paths);
    case "remains":
      console.error(`Lab ${name}: a start of its node was interrupted; starting a new one.`);
      return removeLab(name, paths);
    case "running": {
      const other = whyOutdated(node.state, paths, envoy);
      if (other !== undefined) {
        throw new LabError(
          `Lab ${name} runs, but ${other}. Take it down first: npm run lab -- down --name ${name}`,
        );
      }
    }
  }
}

/** Says how a running lab is not the one that is asked for; undefined where it is. */
function whyOutdated(state: NodeState, paths: LabPaths, envoy: EnvoyVersion): string | undefined {
  if (state.builtFrom.join() !== builtFrom().join()) {
    return "another version of this project built it";
  }
  const now = labEnvoy(paths);
  return now === envoy ? undefined : `its sidecars have Envoy ${now}, not ${envoy}`;
}

/** @returns the number of steps that were to do */
async function runUpSteps(name: string, paths: LabPaths, envoy: EnvoyVersion): Promise<number> {
  mkdirSync(paths.stepLogs, { recursive: true });
  writeFileSync(paths.envoy, envoy);
  const built = artifacts(envoy);
  const names = (): string[] => {
    const plugins = laidOut(paths);
    const dirs = [...built.map(({ dir }) => dir), ...(plugins === undefined ? [] : [plugins])];
    // The first folder below the cache's own is the result.
    return dirs.map((dir) => relative(cacheDir(), dir).split(sep)[0] ?? "");
  };
  noteUses(paths, names());
  const steps = [...built.map(({ step }) => step), ...startSteps(name, envoy)];
  const todo = steps.filter((step) => step.done?.() !== true);
  if (todo.length > 0) {
    const expected = todo.reduce((sum, step) => sum + step.typicalSeconds, 0);
    console.error(
      `Lab ${name}: ${todo.length} of ${steps.length} steps to do, about ${humanSeconds(expected)} on two cores.`,
    );
  }
  const logFile = (title: string): string =>
    join(paths.stepLogs, `${title.toLowerCase().replace(/[^a-z0-9.]+/g, "-")}.log`);
  await runSteps(steps, logFile, stepReport());
  noteUses(paths, names());
  return todo.length;
}

/** Ends the lab and removes all of it; built results are kept. */
export async function down(name: string): Promise<void> {
  checkName(name);
  await alone(name, "down", async () => {
    const paths = labPaths(name);
    const node = findNode(name, paths);
    if (node.is === "foreign") {
      throw foreignLab(name, node.pid, node.root);
    }
    if (node.is === "absent" && !existsSync(paths.root)) {
      console.error(`There is no lab ${name}; nothing to do.`);
      return;
    }
    const since = Date.now();
    await removeLab(name, paths);
    console.error(
      `Lab ${name} is down after ${humanSeconds(elapsed(since))}. Built results are kept.`,
    );
  });
}

async function removeLab(name: string, paths: LabPaths): Promise<void> {
  await removeNode(name, paths);
  rmSync(paths.root, { recursive: true, force: true });
}

/**
 * Prints the parts of the lab and whether each works.
 *
 * @returns whether all of them work
 */
export async function status(name: string): Promise<boolean> {
  checkName(name);
  const unfinished = (): string[] =>
    startSteps(name, labEnvoy(labPaths(name)))
      .filter((step) => step.done?.() !== true)
      .map(({ title }) => title);
  const { ok, lines } = await labStatus(name, unfinished);
  for (const line of lines) {
    console.log(line);
  }
  return ok;
}

/** Returns the variables by which kubectl, docker, istioctl and pulumi work on the lab. */
export function environment(name: string): Record<string, string> {
  const paths = labPaths(name);
  nodeState(name);
  const bin = [kubernetes, istio, pulumi].map(({ dir }) => dir);
  return {
    PATH: [...bin, process.env.PATH ?? ""].join(delimiter),
    KUBECONFIG: paths.kubeconfig,
    DOCKER_HOST: `unix://${join(paths.run, "docker.sock")}`,
    PULUMI_HOME: paths.pulumiHome,
    PULUMI_BACKEND_URL: `file://${paths.pulumiState}`,
    // It guards only passwords of servers that go with the lab.
    PULUMI_CONFIG_PASSPHRASE: "lab",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Pulumi.yaml says the same, but the lab's old language host does not read its options.
    PULUMI_NODEJS_TSCONFIG_PATH: "tsconfig.pulumi.json",
  };
}
