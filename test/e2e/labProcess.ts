import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readlinkSync } from "node:fs";
import { findNode } from "../../lab/node/node.ts";
import { labPaths, projectDir } from "../../lab/base/paths.ts";
import { readServices } from "../../lab/node/serviceStates.ts";
import type { ServiceState } from "../../lab/node/serviceStates.ts";
import { eventually } from "../../lab/base/wait.ts";
import { otherProcesses, processesWith } from "./traces.ts";

/** How a command of the lab ended, and what it said. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** From its start to its end, in seconds. */
  seconds: number;
}

/** Gives every process a mark of its own. */
let count = 0;

/** A command of the lab in a process of its own, as a shell would start it. */
export class LabProcess {
  stderr = "";
  private stdout = "";
  private readonly child: ChildProcess;
  private readonly since = performance.now();
  private readonly closed: Promise<unknown>;
  /** In the environment of this process and of every helper that it starts. */
  private readonly mark = `IDLE_TIMEOUT_TEST_MARK=${process.pid}-${(count += 1)}`;

  /** @param env added to this process's environment. */
  constructor(args: string[], env: Record<string, string> = {}) {
    const [name = "", value] = this.mark.split("=");
    this.child = spawn(process.execPath, ["lab/start.mjs", "lab", ...args], {
      cwd: projectDir,
      env: { ...process.env, ...env, [name]: value },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.closed = once(this.child, "close");
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async ended(): Promise<Ended> {
    await this.closed;
    const seconds = (performance.now() - this.since) / 1_000;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr, seconds };
  }

  /** Waits until it has said this, and then for the condition. */
  async reaches(said: string, condition = (): boolean | Promise<boolean> => true): Promise<void> {
    const here = async (): Promise<boolean> => {
      assert.equal(this.child.exitCode, null, `it ended before "${said}":\n${this.stderr}`);
      return this.stderr.includes(said) && (await condition());
    };
    await eventually(`it is at "${said}"`, here, 120_000);
  }

  /** Ends it by a signal and waits until every helper of it has ended too. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.closed;
    await eventually("its helpers have ended with it", () => processesWith(this.mark).length === 0);
  }
}

/** Runs a command of the lab to its end. */
export function labCommand(command: string, name: string): Promise<Ended> {
  return new LabProcess([command, "--name", name]).ended();
}

/** Process 1 of a running lab, as the host sees it. */
export function process1(name: string): number {
  const node = findNode(name, labPaths(name));
  assert.equal(node.is, "running");
  return node.pid;
}

/** What the lab's supervisor says about a service. */
export function serviceState(name: string, service: string): ServiceState {
  const state = readServices(labPaths(name)).find((each) => each.name === service);
  assert.ok(state, `the supervisor of lab ${name} knows ${service}`);
  return state;
}

/** A running service's process, as the host sees it. */
export function serviceProcess(name: string, service: string): number {
  const { pid: inside } = serviceState(name, service);
  const namespace = readlinkSync(`/proc/${process1(name)}/ns/pid`);
  const found = otherProcesses().find((pid) => {
    try {
      return (
        readlinkSync(`/proc/${pid}/ns/pid`) === namespace &&
        readFileSync(`/proc/${pid}/status`, "utf8").includes(`NSpid:\t${pid}\t${inside}\n`)
      );
    } catch {
      return false; // it ended meanwhile
    }
  });
  assert.ok(found, `${service} runs: it is process ${inside} of the node`);
  return found;
}
