import { existsSync, readdirSync } from "node:fs";
import { askAll } from "../node/health.ts";
import type { Answer } from "../node/health.ts";
import { lockHolder } from "../base/lock.ts";
import { findNode, foreignLab } from "../node/node.ts";
import { labPaths, labsDir, lockFile } from "../base/paths.ts";
import { humanSeconds } from "../base/seconds.ts";
import { pluginsLine } from "./pulumiHome.ts";
import { ENVOYS } from "../build/envoys.ts";
import { labEnvoy } from "./proxies.ts";
import { readServices } from "../node/serviceStates.ts";
import type { ServiceState } from "../node/serviceStates.ts";

export interface LabStatus {
  /** Whether every part is there and works. */
  ok: boolean;
  lines: string[];
}

/**
 * Finds out which parts of a lab are there and whether they work.
 *
 * @param unfinished returns the titles of the steps of `up` that are not done.
 */
export async function labStatus(name: string, unfinished: () => string[]): Promise<LabStatus> {
  const paths = labPaths(name);
  const again = `npm run lab -- up --name ${name}`;
  const holder = lockHolder(lockFile(name));
  const atWork =
    holder === undefined
      ? []
      : [`  \`${holder.doing}\` is at work: process ${holder.pid} since ${holder.since}`];
  const node = findNode(name, paths);
  const bad = (says: string): LabStatus => ({
    ok: false,
    lines: [`Lab ${name}${says}`, ...atWork],
  });
  switch (node.is) {
    case "absent":
      return bad(" is not up." + (holder === undefined ? ` Start it: ${again}` : ""));
    case "foreign":
      return { ok: false, lines: [foreignLab(name, node.pid, node.root).message] };
    case "ended":
    case "remains":
      if (holder !== undefined) {
        return bad(": its node is being started or removed.");
      }
      return bad(
        node.is === "ended"
          ? `: its node has ended (crash or reboot). Start a new one: ${again}`
          : `: a start or a removal of its node was interrupted. Start a new one: ${again}, ` +
              `or remove what is left: npm run lab -- down --name ${name}`,
      );
    case "running":
  }
  const services = readServices(paths);
  const readAt = Date.now();
  const envoy = labEnvoy(paths);
  const answers = await askAll(name, node.state.nodeAddress, paths);
  const todo = unfinished();
  const ok =
    todo.length === 0 &&
    services.length > 0 &&
    services.every(({ running }) => running) &&
    answers.every((answer) => answer.ok);
  return {
    ok,
    lines: [
      `Lab ${name}: ${ok ? "everything works" : "not everything works"}; ` +
        `node ${node.state.nodeAddress}, process ${node.pid}`,
      `  ${pluginsLine(paths)}`,
      `  sidecars: Envoy ${envoy}, as in Istio ${ENVOYS[envoy]}`,
      ...services.map((service) => serviceLine(service, readAt, answers)),
      ...answers
        .filter(({ of }) => services.every((service) => service.name !== of))
        .map((answer) => line(answer.of, "", said(answer))),
      ...todo.map((title) => `  not done yet: ${title}`),
      ...(todo.length > 0 && holder === undefined ? [`  Resume: ${again}`] : []),
      ...atWork,
      `  logs: ${paths.serviceLogs}`,
    ],
  };
}

/** Describes each lab in the lab home in one line. */
export function labList(): string[] {
  const names = existsSync(labsDir()) ? readdirSync(labsDir()).sort() : [];
  return names.map((name) => {
    const node = findNode(name, labPaths(name));
    const holder = lockHolder(lockFile(name));
    const idle = { absent: "not up", ended: "ended", remains: "interrupted", foreign: "another's" };
    const says =
      node.is === "running"
        ? `up at ${node.state.nodeAddress}, process ${node.pid}`
        : holder !== undefined && (node.is === "ended" || node.is === "remains")
          ? "being started or removed"
          : idle[node.is];
    const atWork =
      holder === undefined ? "" : `, \`${holder.doing}\` at work (process ${holder.pid})`;
    return `${name.padEnd(10)}  ${says}${atWork}`;
  });
}

/** @param readAt time of the service's state, from `Date.now()`; the answers came later. */
function serviceLine(service: ServiceState, readAt: number, answers: Answer[]): string {
  const { waitingFor, lastExit, restarts } = service;
  const answer = answers.find(({ of }) => of === service.name);
  const since = humanSeconds((readAt - Date.parse(service.since)) / 1_000);
  const process = service.running
    ? `running ${since}`
    : waitingFor === undefined
      ? `stopped ${since}`
      : `waits for ${waitingFor}`;
  const notes = [
    ...(answer === undefined ? [] : [said(answer)]),
    ...(restarts === 0 ? [] : [`${restarts} ${restarts === 1 ? "restart" : "restarts"}`]),
    ...(lastExit === undefined ? [] : [`last exit: ${lastExit}`]),
  ];
  return line(service.name, process, notes.join(", "));
}

function said({ ok, says }: Answer): string {
  return ok ? says : `NOT WORKING: ${says}`;
}

function line(subject: string, process: string, notes: string): string {
  return `  ${subject.padEnd(24)} ${process.padEnd(16)} ${notes}`.trimEnd();
}
