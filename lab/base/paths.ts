import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The checkout this file stands in. */
export const projectDir = resolve(__dirname, "../..");

/** Where everything that the lab builds and runs is kept: nothing of it stands in the checkout. */
export function labHome(): string {
  return (
    process.env.IDLE_TIMEOUT_LAB_HOME ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "istio-idle-timeout")
  );
}

/** What was built, each result in a folder named by its content key. Shared by all labs. */
export function cacheDir(): string {
  return join(labHome(), "cache");
}

/** Held by the process that is at work on a lab. */
export function lockFile(lab: string): string {
  return join(labHome(), "locks", lab);
}

/** In the place of a lab's name: held by a process that removes what no lab uses. */
export const PURGE = "-purge-";

/** Held while a lab takes a network: one for all labs of this host, wherever they are kept. */
export const NETWORK_LOCK = "/run/istio-idle-timeout.lock";

/** Where each lab has its folder. */
export function labsDir(): string {
  return join(labHome(), "labs");
}

/** Folders and files of one running lab. */
export interface LabPaths {
  root: string;
  /** What is known of the started node. */
  state: string;
  /** A file for each step that is done. */
  marks: string;
  /** The names of the built results that this lab uses: `purge` leaves them alone. */
  uses: string;
  /** The node's root filesystem: its layers, and where they are joined. */
  fs: string;
  /** Output of the steps of `up`, by step. */
  stepLogs: string;
  /** Output of the node's services, by service; `/var/log/lab` inside. */
  serviceLogs: string;
  /** Sockets and state shown by the node; `/run/lab` inside. */
  run: string;
  /** What the node's daemons keep; a folder each, on the host's file system. */
  data: string;
  pki: string;
  kubeconfig: string;
  nodeConfig: string;
  /** Configuration files of the node's services; `/etc/lab` inside. */
  etc: string;
  pulumiHome: string;
  /** The file backend's state. */
  pulumiState: string;
  /** The lab's own copies of stack files. */
  stackFiles: string;
}

export function labPaths(name: string): LabPaths {
  const root = join(labsDir(), name);
  return {
    root,
    state: join(root, "state.json"),
    marks: join(root, "done"),
    uses: join(root, "uses.json"),
    fs: join(root, "fs"),
    stepLogs: join(root, "log", "steps"),
    serviceLogs: join(root, "log", "services"),
    run: join(root, "run"),
    data: join(root, "data"),
    pki: join(root, "pki"),
    kubeconfig: join(root, "kubeconfig"),
    nodeConfig: join(root, "node.json"),
    etc: join(root, "etc"),
    pulumiHome: join(root, "pulumi"),
    pulumiState: join(root, "state"),
    stackFiles: join(root, "stacks"),
  };
}
