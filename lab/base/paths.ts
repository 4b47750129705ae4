import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Folder of the checkout. */
export const projectDir = resolve(__dirname, "../..");

/** Folder of everything that the lab builds and runs, outside of the checkout. */
export function labHome(): string {
  return (
    process.env.IDLE_TIMEOUT_LAB_HOME ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "istio-idle-timeout")
  );
}

/** Folder of built results, each in a folder named by its key. All labs share it. */
export function cacheDir(): string {
  return join(labHome(), "cache");
}

/** Lock that a process holds while it works on a lab. */
export function lockFile(lab: string): string {
  return join(labHome(), "locks", lab);
}

/** Stands for a lab's name in the lock that `purge` holds. */
export const PURGE = "-purge-";

/** Lock that a process holds while its lab takes a network: one for all labs of this host. */
export const NETWORK_LOCK = "/run/istio-idle-timeout.lock";

/** Folder of the labs' folders. */
export function labsDir(): string {
  return join(labHome(), "labs");
}

/** Folders and files of one running lab. */
export interface LabPaths {
  root: string;
  /** Record of the started node. */
  state: string;
  /** Folder with a file for each step that is done. */
  marks: string;
  /** File with the version of Envoy in its sidecars. */
  envoy: string;
  /** Names of the built results that this lab uses, which `purge` keeps. */
  uses: string;
  /** Layers of the node's root filesystem, and the folder where they are joined. */
  fs: string;
  /** Output of the steps of `up`, by step. */
  stepLogs: string;
  /** Output of the node's services, by service; `/var/log/lab` inside. */
  serviceLogs: string;
  /** Sockets and state of the node's services; `/run/lab` inside. */
  run: string;
  /** Data of the node's daemons, a folder each, on the host's file system. */
  data: string;
  pki: string;
  kubeconfig: string;
  nodeConfig: string;
  /** Configuration files of the node's services; `/etc/lab` inside. */
  etc: string;
  pulumiHome: string;
  /** State of the file backend. */
  pulumiState: string;
  /** Copies of stack files. */
  stackFiles: string;
}

export function labPaths(name: string): LabPaths {
  const root = join(labsDir(), name);
  return {
    root,
    state: join(root, "state.json"),
    marks: join(root, "done"),
    envoy: join(root, "envoy"),
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
