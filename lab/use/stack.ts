import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../base/errors.ts";
import { exec } from "../base/exec.ts";
import type { ExecOptions } from "../base/exec.ts";
import {
  COMPILER_IMAGE,
  MEMCACHED_IMAGE,
  MONGODB_IMAGE,
  MYSQL_IMAGE,
  GO_BUILD_IMAGE,
  NODE_BUILD_IMAGE,
  NODE_IMAGE,
  REDIS_IMAGE,
  REGISTRY,
} from "../build/images.ts";
import { environment } from "../commands/lab.ts";
import { nodeState } from "../node/node.ts";
import { labPaths, projectDir } from "../base/paths.ts";

/** Folders with the committed stack files, in the order in which they are searched. */
const STACK_FILES = [projectDir, join(projectDir, "examples")];

/**
 * A stack of this project on the lab. It has a copy of the committed stack file in the lab's own folder, because
 * Pulumi writes into the file it is given.
 */
export class LabStack {
  readonly file: string;
  private readonly env: Record<string, string>;

  private constructor(
    private readonly lab: string,
    readonly stack: string,
  ) {
    this.file = join(labPaths(lab).stackFiles, `Pulumi.${stack}.yaml`);
    this.env = environment(lab);
  }

  /**
   * Makes the stack if it is not there yet, and sets the keys by which it runs on the lab, and those of `config`.
   *
   * @param template the committed stack file to start from: `Pulumi.<template>.yaml`, at the top or in `examples`.
   * @param config values by key, without namespace.
   */
  static async prepare(
    lab: string,
    stack: string,
    template = stack,
    config: Record<string, string> = {},
  ): Promise<LabStack> {
    const { nodeAddress } = nodeState(lab);
    const committed = STACK_FILES.map((folder) => join(folder, `Pulumi.${template}.yaml`)).find(
      (file) => existsSync(file),
    );
    if (committed === undefined) {
      throw new LabError(`no stack file Pulumi.${template}.yaml in ${STACK_FILES.join(" or ")}`);
    }
    const prepared = new LabStack(lab, stack);
    // Making a stack takes no --config-file and writes beside the project file: it gets a folder with a copy.
    const folder = labPaths(lab).stackFiles;
    copyFileSync(join(projectDir, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    if (!existsSync(prepared.file)) {
      copyFileSync(committed, prepared.file);
    }
    await prepared.pulumi(["stack", "select", stack, "--create"], { cwd: folder });
    await prepared.configure({
      kubeContext: `lab-${lab}`,
      registry: REGISTRY,
      baseImage: NODE_IMAGE,
      compilerImage: COMPILER_IMAGE,
      redisImage: REDIS_IMAGE,
      memcachedImage: MEMCACHED_IMAGE,
      mysqlImage: MYSQL_IMAGE,
      mongodbImage: MONGODB_IMAGE,
      goImage: GO_BUILD_IMAGE,
      nodeBuildImage: NODE_BUILD_IMAGE,
      externalHost: nodeAddress,
      ...config,
    });
    return prepared;
  }

  async configure(
    config: Record<string, string>,
    secrets: Record<string, string> = {},
  ): Promise<void> {
    const values = [
      ...Object.entries(config).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]),
      ...Object.entries(secrets).flatMap(([key, value]) => ["--secret", `${key}=${value}`]),
    ];
    await this.pulumi(["config", "set-all", ...this.which(), ...values]);
  }

  /** Runs a Pulumi command that reads the configuration, such as `up`, and returns its output. */
  run(args: string[], options: ExecOptions = {}): Promise<string> {
    return this.pulumi([...args, ...this.which()], options);
  }

  /** Destroys the stack's resources, then removes the stack and the lab's copy of its stack file. */
  async remove(): Promise<void> {
    await this.run(["destroy", "--yes", "--skip-preview"]);
    // Otherwise the committed stack file of the same name would go too.
    await this.pulumi(["stack", "rm", "--stack", this.stack, "--yes", "--preserve-config"]);
    rmSync(this.file);
  }

  /** Releases the lock that a killed update left. */
  async cancel(): Promise<void> {
    await this.pulumi(["cancel", "--yes", "--stack", this.stack]);
  }

  /** Path of the stack's state in the backend, which is a folder. */
  stateFile(): string {
    const stacks = join(labPaths(this.lab).pulumiState, ".pulumi/stacks/istio-idle-timeout");
    return join(stacks, `${this.stack}.json`);
  }

  /** Returns the output of `pulumi stack export`. */
  export(...options: string[]): Promise<string> {
    return this.pulumi(["stack", "export", ...options, "--stack", this.stack]);
  }

  /**
   * Runs a Pulumi command on this stack and shows its output as it comes.
   *
   * @returns the exit status
   */
  async show(args: string[]): Promise<number> {
    // Progress that is redrawn is for a terminal only.
    const plain = process.stdout.isTTY ? [] : ["--non-interactive", "--suppress-progress"];
    const child = spawn("pulumi", [...args, ...this.which(), ...plain], {
      cwd: projectDir,
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const [code] = (await once(child, "close")) as [number | null];
    return code ?? 1;
  }

  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse(
      await this.pulumi(["stack", "output", "--json", "--stack", this.stack]),
    ) as Record<string, unknown>;
  }

  /** Command line for people, who run it with the variables of `lab env`. */
  commandLine(command: string): string {
    return ["pulumi", command, ...this.which()].join(" ");
  }

  private which(): string[] {
    return ["--stack", this.stack, "--config-file", this.file];
  }

  private pulumi(args: string[], options: ExecOptions = {}): Promise<string> {
    return exec("pulumi", [...args, "--non-interactive"], {
      cwd: projectDir,
      ...options,
      env: { ...this.env, ...options.env },
    });
  }
}
