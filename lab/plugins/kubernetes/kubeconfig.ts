import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../shared/errors.ts";

/** Address of the API server, and credentials for it. */
export interface ClusterAccess {
  server: string;
  /** Namespace of objects that name none. */
  namespace: string;
  tls: { ca?: string; cert?: string; key?: string; servername?: string; insecure: boolean };
  token?: string;
}

export interface KubeconfigChoice {
  /** Path or text of a kubeconfig; absent for the one that kubectl itself would use. */
  kubeconfig?: string | undefined;
  context?: string | undefined;
}

/** Output of `kubectl config view --minify`: one context with its cluster and user. */
interface MinimalConfig {
  clusters: { cluster: Record<string, unknown> }[];
  contexts: { context: { namespace?: string } }[];
  users: { name: string; user: Record<string, unknown> | null }[] | null;
}

const CLUSTER_KEYS = [
  "server",
  "certificate-authority-data",
  "insecure-skip-tls-verify",
  "tls-server-name",
];
const USER_KEYS = ["client-certificate-data", "client-key-data", "token", "tokenFile"];

/**
 * Reads the chosen context by kubectl, so that its rules hold for merging several files, for relative paths and
 * for the default file.
 */
export async function readClusterAccess(choice: KubeconfigChoice): Promise<ClusterAccess> {
  const { clusters, contexts, users } = await withFile(choice.kubeconfig, async (file) => {
    const args = ["config", "view", "--raw", "--minify", "--flatten", "--output=json"];
    if (file !== undefined) {
      args.push(`--kubeconfig=${file}`);
    }
    if (choice.context) {
      args.push(`--context=${choice.context}`);
    }
    return JSON.parse(await kubectl(args)) as MinimalConfig;
  });
  const cluster = clusters[0]?.cluster ?? {};
  const user = users?.[0]?.user ?? {};
  refuseOthers("cluster", cluster, CLUSTER_KEYS);
  refuseOthers(`user "${users?.[0]?.name ?? ""}"`, user, USER_KEYS);

  const decoded = (value: unknown): string | undefined =>
    typeof value === "string" ? Buffer.from(value, "base64").toString() : undefined;
  const token =
    typeof user.tokenFile === "string"
      ? (await readFile(user.tokenFile, "utf8")).trim()
      : (user.token as string | undefined);
  return {
    server: String(cluster.server),
    namespace: contexts[0]?.context.namespace ?? "default",
    tls: withoutUndefined({
      ca: decoded(cluster["certificate-authority-data"]),
      cert: decoded(user["client-certificate-data"]),
      key: decoded(user["client-key-data"]),
      servername: cluster["tls-server-name"] as string | undefined,
      insecure: cluster["insecure-skip-tls-verify"] === true,
    }),
    ...(token !== undefined && { token }),
  };
}

/** Puts a kubeconfig that is given as text into a file while it is used. */
async function withFile<T>(
  pathOrText: string | undefined,
  use: (file: string | undefined) => Promise<T>,
): Promise<T> {
  if (!pathOrText) {
    return use(undefined);
  }
  const path = pathOrText.replace(/^~(?=\/|$)/, homedir());
  if (existsSync(path)) {
    return use(path);
  }
  const folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  try {
    const file = join(folder, "config");
    await writeFile(file, pathOrText, { mode: 0o600 });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Messages of kubectl, with the words of client-go, and so of the official plugin, for the same. */
const CLIENT_GO_WORDS: [RegExp, string][] = [
  [/^error: cannot locate (context|cluster) (.*)$/, '$1 "$2" does not exist'],
  [/^error: cannot locate user (.*)$/, 'auth info "$1" does not exist'],
  [
    /^error: current-context must exist in order to minify$/,
    "invalid configuration: no configuration has been provided, " +
      "try setting KUBERNETES_MASTER environment variable",
  ],
];

async function kubectl(args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)("kubectl", args)).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") {
      throw new Error("kubectl is not on PATH; install it", { cause: error });
    }
    const said = stderr?.trim() ?? messageOf(error);
    const words = CLIENT_GO_WORDS.reduce((text, [from, to]) => text.replace(from, to), said);
    throw new Error(words, { cause: error });
  }
}

function refuseOthers(subject: string, given: object, known: string[]): void {
  const others = Object.keys(given).filter((key) => !known.includes(key));
  if (others.length === 0) {
    return;
  }
  throw new Error(
    `the kubeconfig's ${subject} has ${others.join(", ")}, of which the lab's kubernetes plugin ` +
      `knows only ${known.join(", ")}`,
  );
}

function withoutUndefined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as unknown as T;
}
