import assert from "node:assert/strict";
import { rmSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { ExecError } from "../../lab/base/exec.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import {
  assertClosedByIdleTimeout,
  devStack,
  dockerContainers,
  kubectl,
  pulumiUp,
  record,
  sampleOf,
} from "./support.ts";

/** Long enough to be interrupted, and to be taken up again before the end. */
const TIMEOUT_SECONDS = 40;

/** How often is looked whether the moment has come, in ms. */
const LOOK_EVERY_MS = 100;

/**
 * Sends `signal` to `pulumi up` once `due` says so, which is asked over and over with what it has printed;
 * returns what it printed until its end.
 */
async function upInterrupted(
  stack: LabStack,
  due: (output: string) => boolean | Promise<boolean>,
  signal: NodeJS.Signals,
): Promise<string> {
  let output = "";
  let pid: number | undefined;
  let over = false;
  const ended = stack
    .run(["up", "--yes", "--skip-preview"], {
      timeoutMs: 200_000,
      // A program whose engine was killed can compute for minutes before it gives up.
      contained: signal === "SIGKILL",
      onOutput: (text, id) => {
        output += text;
        pid = id;
      },
    })
    .finally(() => (over = true));
  const interrupt = async (): Promise<boolean> => {
    while (!over) {
      if (pid !== undefined && (await due(output))) {
        process.kill(pid, signal);
        return true;
      }
      await pause(LOOK_EVERY_MS);
    }
    return false;
  };
  const [sent] = await Promise.all([interrupt(), assert.rejects(ended, ExecError)]);
  assert.ok(sent, `it was not interrupted: ${output}`);
  return output;
}

/** What the README says to do after a kill. */
async function recover(stack: LabStack): Promise<void> {
  const state = stack.stateFile();
  // A kill in the middle of writing leaves this one empty.
  if (statSync(`${state}.attrs`).size === 0) {
    rmSync(`${state}.attrs`);
  }
  await stack.cancel();
}

const measuring = (output: string): boolean => output.includes("with sidecar: open for");

describe("an update that ends before its time", () => {
  let stack: LabStack;
  const namespace = "istio-idle-timeout-crash";

  before(async () => {
    stack = await devStack("crash", { timeout: `${TIMEOUT_SECONDS}s`, evidence: "debug" });
  });

  /** Level of the sidecar's logger that tells of idle timeouts. */
  async function logLevel(): Promise<string | undefined> {
    const sidecar = ["deployment/probe-with-sidecar", "--container=istio-proxy"];
    const ask = ["pilot-agent", "request", "POST", "logging"];
    const levels = await kubectl("exec", `--namespace=${namespace}`, ...sidecar, "--", ...ask);
    return /^ *filter: (\w+)$/m.exec(levels)?.[1];
  }

  after(() => stack.remove());

  it("leaves a lock that is told how to take away", async () => {
    const built = (output: string): boolean =>
      output.includes("docker:index:Image probe-image created");
    await upInterrupted(stack, built, "SIGKILL");
    await assert.rejects(pulumiUp(stack), /delete the lock file with `pulumi cancel`/);
    await recover(stack);
  });

  it("goes on with the very connection that was held when it was killed while measuring", async () => {
    await upInterrupted(stack, measuring, "SIGKILL");
    const killedAt = Date.now();
    assert.equal(await logLevel(), "debug");
    await recover(stack);
    await pulumiUp(stack);
    const run = await record(stack);
    assertClosedByIdleTimeout(run, TIMEOUT_SECONDS);
    const { connectedAt, debugLog = [] } = sampleOf(run, "withSidecar");
    assert.ok(Date.parse(connectedAt) < killedAt);
    assert.match(debugLog.join("\n"), /tcp_proxy.* Session timed out/);
  });

  it("gives the sidecar its log level back, which it had raised before it was killed", async () => {
    assert.equal(await logLevel(), "warning");
  });

  it("ends in order on Ctrl-C, and the next one measures", async () => {
    await stack.configure({ timeout: "12s" });
    const output = await upInterrupted(stack, measuring, "SIGINT");
    assert.doesNotMatch(output, /panic|TypeError/);
    await pulumiUp(stack);
    assertClosedByIdleTimeout(await record(stack), 12);
    assert.equal(await logLevel(), "warning");
  });

  it("can be destroyed at once after it was killed, and leaves nothing", async () => {
    await stack.configure({ run: "2" });
    await upInterrupted(stack, measuring, "SIGKILL");
    await recover(stack);
    await stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
    assert.doesNotMatch((await dockerContainers()).join(), /crash/);
  });
});

describe("an update that is killed while its Deployments are made", () => {
  const namespace = "istio-idle-timeout-made";
  let stack: LabStack;

  before(async () => {
    stack = await devStack("made", { timeout: "5s" });
  });

  after(() => stack.remove());

  /** The Deployments that the API server has, each as `name uid`. */
  async function deployments(): Promise<string[]> {
    const each = '{range .items[*]}{.metadata.name} {.metadata.uid}{"\\n"}{end}';
    const options = ["--namespace", namespace, `--output=jsonpath=${each}`];
    return (await kubectl("get", "deployments", ...options)).split("\n").filter(Boolean);
  }

  /** Who applies what is in them; a manager for each Deployment. */
  async function managers(): Promise<string[]> {
    const each = '{.items[*].metadata.managedFields[?(@.operation=="Apply")].manager}';
    const options = ["--namespace", namespace, "--show-managed-fields"];
    return (await kubectl("get", "deployments", ...options, `--output=jsonpath=${each}`)).split(
      " ",
    );
  }

  let left: string[];

  it("is followed by one that takes them over and measures", async () => {
    const made = async (): Promise<boolean> => (await deployments()).length === 2;
    const output = await upInterrupted(stack, made, "SIGKILL");
    assert.doesNotMatch(output, / with-sidecar-deployment created/);
    left = await deployments();
    await recover(stack);
    await pulumiUp(stack);
    assertClosedByIdleTimeout(await record(stack), 5);
    assert.deepEqual(await deployments(), left);
    assert.deepEqual(await managers(), ["istio-idle-timeout", "istio-idle-timeout"]);
  });

  it("lets the timeout be changed afterwards, and every later change", async () => {
    for (const seconds of [6, 7]) {
      await stack.configure({ timeout: `${seconds}s` });
      await pulumiUp(stack);
      assertClosedByIdleTimeout(await record(stack), seconds);
    }
    assert.deepEqual(await deployments(), left);
  });

  it("can be destroyed then, and leaves nothing", async () => {
    await stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
    assert.doesNotMatch((await dockerContainers()).join(), /-made-/);
  });
});

describe("an update that is killed while a container is made", () => {
  const namespace = "istio-idle-timeout-half";
  let stack: LabStack;

  before(async () => {
    // A server that takes a while until it can be used.
    stack = await devStack("half", { middleware: "mysql", timeout: "5s" });
  });

  after(() => stack.remove());

  async function containers(): Promise<string[]> {
    const all = await dockerContainers();
    return all.filter((name) => name.startsWith(`/${namespace}-mysql-`));
  }

  /** Ends an update with a container in Docker of which the state knows nothing. */
  async function leaveContainer(): Promise<string> {
    const made = async (): Promise<boolean> => (await containers()).length > 0;
    const output = await upInterrupted(stack, made, "SIGKILL");
    assert.doesNotMatch(output, /mysql-container created/);
    await recover(stack);
    const [left, ...others] = await containers();
    assert.ok(left !== undefined && others.length === 0);
    return left;
  }

  it("can be destroyed, and leaves nothing", async () => {
    await leaveContainer();
    await stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual(await containers(), []);
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
  });

  it("is followed by one that makes another, measures, and removes what was left", async () => {
    const left = await leaveContainer();
    assert.match(
      await pulumiUp(stack),
      new RegExp(`removed container ${left.slice(1)}, which was`),
    );
    assertClosedByIdleTimeout(await record(stack), 5);
    const [now, ...others] = await containers();
    assert.ok(now !== undefined && now !== left && others.length === 0);
  });

  it("keeps the container from then on", async () => {
    const kept = await containers();
    await stack.run(["preview", "--expect-no-changes"]);
    await stack.configure({ run: "2" });
    await pulumiUp(stack);
    assert.deepEqual(await containers(), kept);
  });
});

describe("a stack whose cluster is gone", () => {
  const context = "e2e-gone";
  const namespace = "istio-idle-timeout-gone";
  let stack: LabStack;

  const view = (path: string): Promise<string> =>
    kubectl("config", "view", "--minify", `--output=jsonpath=${path}`);

  before(async () => {
    const [cluster, user] = [await view("{.clusters[0].name}"), await view("{.users[0].name}")];
    await kubectl("config", "set-context", context, `--cluster=${cluster}`, `--user=${user}`);
    stack = await devStack("gone", { kubeContext: context, observe: "1s" });
    await pulumiUp(stack);
    await kubectl("config", "set-cluster", context, "--server=https://127.0.0.1:1");
    await kubectl("config", "set-context", context, `--cluster=${context}`);
  });

  after(async () => {
    await stack.remove();
    await kubectl("config", "delete-context", context);
    await kubectl("config", "delete-cluster", context);
    await kubectl("delete", "namespace", namespace);
  });

  it("names the way out when it is to be destroyed", async () => {
    await assert.rejects(stack.run(["destroy", "--yes", "--skip-preview"]), (error: ExecError) =>
      error.output.includes("PULUMI_K8S_DELETE_UNREACHABLE"),
    );
  });

  it("is destroyed that way, with what it had in Docker", async () => {
    await stack.run(["destroy", "--yes", "--skip-preview"], {
      env: { PULUMI_K8S_DELETE_UNREACHABLE: "true" },
    });
    assert.doesNotMatch((await dockerContainers()).join(), /-gone-/);
  });
});
