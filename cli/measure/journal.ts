import type { Sample, DoneStatus, HoldingStatus } from "../../app/probe/sample.ts";
import { formatEndpoint } from "../../model/endpoint.ts";
import type { ProbeKind } from "../../model/record.ts";
import type { Target } from "../../model/target.ts";
import { RUN_LABEL } from "../../model/istio/labels.ts";
import { askJson, KubectlError } from "../cluster/kubectl.ts";
import type { LogLevels } from "../sidecar/debugLog.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import type { ProbePods } from "../cluster/pods.ts";
import type { ProxyVersions } from "../sidecar/serverInfo.ts";
import type { ProxyPath } from "../sidecar/proxyConfig.ts";

/**
 * What a run has to keep beyond the client that started it, in a ConfigMap of the stack's namespace: what
 * was found before the clock started, and whether the client has left. A result that is collected after
 * hours, from another machine maybe, is judged by it; and it outlives the pods, so that a run whose pod was
 * evicted is known to be lost.
 */

export interface Journal {
  run: string;
  /** How long the connections are held and watched each time, in ms. */
  observeMs: number;
  pods: ProbePods;
  /** What the connections go to, in the order in which it was asked for. */
  targets: JournalTarget[];
  versions: ProxyVersions;
  /** The policy's kind and name, where it was not in the cluster. */
  missingPolicy?: string;
  /** Levels of the sidecar's loggers before they were raised for the run; absent where they were not. */
  logLevels?: LogLevels;
  /** How the connections stood when the client stopped waiting; absent before that. */
  left?: Record<ProbeKind, LastSeen>;
}

/** An endpoint, and what carries connections to it. */
export interface JournalTarget extends Target {
  /** Address by which the sidecar knows the endpoint. */
  destination: Destination;
  /** IP address that each pod connects to: the same one, unless the mesh has an address of its own for the name. */
  addresses: Record<ProbeKind, string>;
  /** What carries the connections, as it was just before. */
  path: ProxyPath;
  /** What sets the idle timeout there, where that is known. */
  origin?: string;
}

/** Connections that are held, or how all of them ended. */
export type LastSeen = HoldingStatus | DoneStatus;

const JOURNAL_LABEL = "istio-idle-timeout/journal";

/** @returns undefined where there is none. */
export async function readJournal(kubectl: Kubectl, run: string): Promise<Journal | undefined> {
  try {
    const found = await askJson(kubectl, ["get", "configmap", nameOf(run), "--output", "json"]);
    return JSON.parse((found as { data: { journal: string } }).data.journal) as Journal;
  } catch (error) {
    if (error instanceof KubectlError && error.notFound) {
      return undefined;
    }
    throw error;
  }
}

/** That of the last run; undefined where there was none. */
export async function newestJournal(kubectl: Kubectl): Promise<Journal | undefined> {
  const all = ["get", "configmaps", "--selector", JOURNAL_LABEL, "--output", "json"];
  const { items } = (await askJson(kubectl, all)) as {
    items: { metadata: { creationTimestamp: string }; data: { journal: string } }[];
  };
  const [newest] = items.sort((a, b) =>
    b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
  );
  return newest && (JSON.parse(newest.data.journal) as Journal);
}

export async function writeJournal(kubectl: Kubectl, journal: Journal): Promise<void> {
  const { run } = journal;
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: nameOf(run), labels: { [JOURNAL_LABEL]: "", [RUN_LABEL]: run } },
    // Without spaces: of many connections it is long, and a ConfigMap has a limit of 1 MiB.
    data: { journal: `${JSON.stringify(journal)}\n` },
  };
  const manager = ["--server-side", "--force-conflicts", "--field-manager", "istio-idle-timeout"];
  await kubectl(["apply", ...manager, "--filename", "-"], { input: JSON.stringify(configMap) });
}

/** Removes the journals of earlier runs; their pods are gone. */
export async function forgetOtherRuns(kubectl: Kubectl, run: string): Promise<void> {
  await kubectl(["delete", "configmaps", "--selector", `${JOURNAL_LABEL},${RUN_LABEL}!=${run}`]);
}

function nameOf(run: string): string {
  return `run-${run}`;
}

/** The target that a sample's connection went to. */
export function targetOf(targets: readonly JournalTarget[], sample: Sample): JournalTarget {
  const name = formatEndpoint(sample);
  const target = targets.find(({ endpoint }) => formatEndpoint(endpoint) === name);
  if (target === undefined) {
    throw new Error(`the probe has a sample of ${name}, which it was not asked for`);
  }
  return target;
}
