import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../../../lab/base/exec.ts";
import { env, folder, project } from "./workspace.ts";

/** A resource as `program.cjs` declares it. */
export interface Declared {
  name: string;
  type: string;
  /** `{ $ref: [name, property, ...path] }` is another resource's output, `{ $secret: value }` secret. */
  properties: Record<string, unknown>;
  /** Outputs besides the inputs that are referred to. */
  outputs?: string[];
  options?: {
    /** Name of a provider declared before. */
    provider?: string;
    dependsOn?: string[];
    deleteBeforeReplace?: boolean;
    replaceOnChanges?: string[];
    customTimeouts?: { create?: string; update?: string; delete?: string };
    ignoreChanges?: string[];
    additionalSecretOutputs?: string[];
    /** Reads an object that is not this stack's. */
    id?: string;
  };
}

export interface Program {
  resources: Declared[];
  /** Calls of functions, each of whose results becomes a stack output. */
  invokes?: { name: string; token: string; args: Record<string, unknown> }[];
}

export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs: Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
  outputs: Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
  initErrors?: string[];
}

/** What a Pulumi command did. */
export interface Run {
  code: number;
  /** How long it took, in ms. */
  tookMs: number;
  /** How long it went on after it was interrupted, in ms; without an end for one that wasn't. */
  sinceInterruptMs: number;
  /** All it printed. */
  output: string;
  /** `<operation> <resource>` in the order in which they began, without those that change nothing. */
  steps: string[];
  /** Errors, by their text. */
  errors: string;
  /** Warnings, by their text. */
  warnings: string;
  /** Lines that were shown beside a resource while it was worked on, then dropped. */
  shown: string[];
  /** What of a resource's inputs was found to differ: kind of change by property path. */
  changes: Record<string, Record<string, string>>;
  /** Outputs of each resource after its step, as the engine shows them. */
  outputs: Record<string, Record<string, any>>; // eslint-disable-line @typescript-eslint/no-explicit-any
}

/** What stands for a value that a preview can't know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

interface Metadata {
  op: string;
  urn: string;
  type: string;
  detailedDiff?: Record<string, { diffKind: string }> | null;
  new?: { outputs?: Record<string, unknown> };
}

interface EngineEvent {
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata };
  diagnosticEvent?: { message: string; severity: string; ephemeral?: boolean };
}

/** A command gets as far as the plugin within this, on a busy machine too. */
export const START_LIMIT_MS = 90_000;

/** A command that was interrupted has to end within this. */
export const INTERRUPT_LIMIT_MS = 30_000;

let stacks = 0;
const running = new Set<ChildProcess>();

/** Ends what a case that failed or took too long left running. */
export async function endRunning(): Promise<void> {
  for (const child of running) {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, "close");
    }
  }
}

/** A stack of its own for a case, on the plugins under test. */
export class TestStack {
  readonly name = `case${++stacks}`;
  readonly #program = join(folder, `${this.name}.json`);
  readonly #events = join(folder, `${this.name}.events`);

  static async create(): Promise<TestStack> {
    const stack = new TestStack();
    await exec("pulumi", ["stack", "init", stack.name, "--non-interactive"], { cwd: project, env });
    return stack;
  }

  /** `pulumi up` of the resources; rejects if it fails. */
  async up(...resources: Declared[]): Promise<Run> {
    return succeeded(await this.start("up", { resources }).run);
  }

  /** `pulumi up` that has to fail. */
  async upFailing(...resources: Declared[]): Promise<Run> {
    return failed(await this.start("up", { resources }).run);
  }

  async preview(...resources: Declared[]): Promise<Run> {
    return succeeded(await this.start("preview", { resources }).run);
  }

  async previewFailing(...resources: Declared[]): Promise<Run> {
    return failed(await this.start("preview", { resources }).run);
  }

  async refresh(): Promise<Run> {
    return succeeded(await this.start("refresh").run);
  }

  async refreshFailing(): Promise<Run> {
    return failed(await this.start("refresh").run);
  }

  async destroy(): Promise<Run> {
    return succeeded(await this.start("destroy").run);
  }

  async destroyFailing(): Promise<Run> {
    return failed(await this.start("destroy").run);
  }

  /** Starts a command; `interrupt` sends it what Ctrl-C does. */
  start(
    command: "up" | "preview" | "refresh" | "destroy",
    program?: Program,
  ): { run: Promise<Run>; interrupt: () => void } {
    if (program) {
      writeFileSync(this.#program, JSON.stringify(program));
    }
    writeFileSync(this.#events, "");
    const options = command === "preview" ? [] : ["--yes", "--skip-preview"];
    const child = spawn(
      "pulumi",
      [
        ...[command, "--stack", this.name, "--non-interactive", "--event-log", this.#events],
        ...options,
      ],
      { cwd: project, env: { ...process.env, ...env, CASE_PROGRAM: this.#program } },
    );
    let interruptedAt = -Infinity;
    return {
      run: this.#finish(child).then((run) => ({
        ...run,
        sinceInterruptMs: performance.now() - interruptedAt,
      })),
      interrupt: () => {
        interruptedAt = performance.now();
        child.kill("SIGINT");
        // One that doesn't stop must not hold up the case that is about to say so.
        setTimeout(() => child.kill("SIGKILL"), INTERRUPT_LIMIT_MS).unref();
      },
    };
  }

  /** The resources that the backend holds by name, without stack and providers. */
  state(): Record<string, StateResource> {
    const file = join(folder, "state", ".pulumi", "stacks", "conformance", `${this.name}.json`);
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
      checkpoint: { latest?: { resources?: StateResource[] } };
    };
    const all = checkpoint.latest?.resources ?? [];
    const own = all.filter(({ type }) => !type.startsWith("pulumi:"));
    return Object.fromEntries(own.map((resource) => [nameOf(resource.urn), resource]));
  }

  /** What `pulumi stack export` prints. */
  export(...options: string[]): Promise<string> {
    return exec("pulumi", ["stack", "export", "--stack", this.name, ...options], {
      cwd: project,
      env,
    });
  }

  async stackOutputs(): Promise<Record<string, unknown>> {
    const text = await exec("pulumi", ["stack", "output", "--json", "--stack", this.name], {
      cwd: project,
      env,
    });
    return JSON.parse(text) as Record<string, unknown>;
  }

  async #finish(child: ChildProcess): Promise<Omit<Run, "sinceInterruptMs">> {
    running.add(child);
    const since = performance.now();
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const [code] = (await once(child, "close")) as [number | null];
    running.delete(child);
    const events = readFileSync(this.#events, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as EngineEvent);
    return {
      code: code ?? 1,
      tookMs: performance.now() - since,
      output,
      ...digest(events),
    };
  }
}

function digest(
  events: EngineEvent[],
): Pick<Run, "steps" | "errors" | "warnings" | "shown" | "changes" | "outputs"> {
  const diagnostics = events.flatMap(({ diagnosticEvent }) => diagnosticEvent ?? []);
  const texts = (severity: string): string =>
    diagnostics
      .filter((one) => one.severity === severity && one.ephemeral !== true)
      .map(({ message }) => message)
      .join("\n");
  const after = events.flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []);
  return {
    steps: events
      .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
      .filter(({ op, type }) => op !== "same" && op !== "refresh" && !type.startsWith("pulumi:"))
      .map(({ op, urn }) => `${op} ${nameOf(urn)}`)
      .concat(
        // A refresh tells what it found only afterwards.
        after
          .filter(({ type }) => !type.startsWith("pulumi:"))
          .filter(({ urn, op }) => op !== "same" && op !== "refresh" && isRefreshed(events, urn))
          .map(({ op, urn }) => `found ${op} ${nameOf(urn)}`),
      ),
    errors: texts("error"),
    warnings: texts("warning"),
    changes: Object.fromEntries(
      events
        .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
        .map(({ urn, detailedDiff }) => [nameOf(urn), kindsOf(detailedDiff ?? {})]),
    ),
    shown: diagnostics.filter(({ ephemeral }) => ephemeral).map(({ message }) => message),
    outputs: Object.fromEntries(
      after.map(({ urn, new: now }) => [nameOf(urn), now?.outputs ?? {}]),
    ),
  };
}

function kindsOf(diff: Record<string, { diffKind: string }>): Record<string, string> {
  return Object.fromEntries(Object.entries(diff).map(([path, { diffKind }]) => [path, diffKind]));
}

function isRefreshed(events: EngineEvent[], urn: string): boolean {
  return events.some(
    ({ resourcePreEvent }) =>
      resourcePreEvent?.metadata.urn === urn && resourcePreEvent.metadata.op === "refresh",
  );
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function succeeded(run: Run): Run {
  assert.equal(run.code, 0, `pulumi failed with status ${run.code}:\n${run.output}`);
  return run;
}

function failed(run: Run): Run {
  assert.notEqual(run.code, 0, `pulumi succeeded, but was to fail:\n${run.output}`);
  return run;
}
