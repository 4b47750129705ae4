import * as v from "valibot";

import { RUN_LABEL } from "../../model/istio/labels.ts";
import { instant, name } from "../../model/schema/fields.ts";
import { readValue, readOr, readJson, RecordError } from "../../model/schema/read.ts";
import { askJson, KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { MeasureError } from "../cluster/world.ts";
import { journalSchema } from "./journal.ts";
import type { Journal } from "./journal.ts";

/**
 * Journals stand in ConfigMaps of the stack's namespace, one for each run. They outlive the pods, so that a run whose
 * pod was evicted is known to be lost.
 */

const JOURNAL_LABEL = "istio-idle-timeout/journal";

const configMapSchema = v.object({ data: v.object({ journal: v.string("text") }) });

const listSchema = v.object({
  items: v.array(
    v.object({
      metadata: v.object({ name, creationTimestamp: instant }),
      data: v.unknown(),
    }),
  ),
});

/**
 * Reads the journal of a run.
 *
 * @returns undefined where there is none.
 * @throws MeasureError when the ConfigMap holds something else.
 */
export async function readJournal(kubectl: Kubectl, run: string): Promise<Journal | undefined> {
  let found: unknown;
  try {
    found = await askJson(kubectl, ["get", "configmap", nameOf(run), "--output", "json"]);
  } catch (error) {
    if (error instanceof KubectlError && error.notFound) {
      return undefined;
    }
    throw error;
  }
  return parseJournal(nameOf(run), found, run);
}

/**
 * Reads the journal of the last run.
 *
 * @returns undefined where there was none.
 * @throws MeasureError when its ConfigMap holds something else.
 */
export async function newestJournal(kubectl: Kubectl): Promise<Journal | undefined> {
  const all = ["get", "configmaps", "--selector", JOURNAL_LABEL, "--output", "json"];
  const answer = await askJson(kubectl, all);
  const { items } = readOr(
    () => readValue(answer, listSchema),
    (cause) => new MeasureError(`the journals can't be listed: ${cause.message}`, { cause }),
  );
  const [newest] = items.sort((a, b) =>
    b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
  );
  return newest && parseJournal(newest.metadata.name, newest);
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

/**
 * @param run that the journal has to be of; undefined is any.
 * @throws MeasureError with one line for the user.
 */
function parseJournal(configMap: string, value: unknown, run?: string): Journal {
  return readOr(
    () => {
      const journal = readJson(readValue(value, configMapSchema).data.journal, journalSchema);
      if (run !== undefined && journal.run !== run) {
        throw new RecordError(`run must be ${run}, got ${journal.run}`);
      }
      return journal;
    },
    (cause) =>
      new MeasureError(
        `the journal in ConfigMap ${configMap} can't be read: ${cause.message}; set run to another number to measure ` +
          `again, or remove it: kubectl delete configmap ${configMap}`,
        { cause },
      ),
  );
}
