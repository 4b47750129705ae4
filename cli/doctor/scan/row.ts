import type { Diagnosis } from "../diagnosis.ts";
import type { Owner } from "./podGroups.ts";

/** Answer for the connections from equal pods of one owner to one endpoint. */
export interface Row {
  owner: Owner;
  /** How many pods it holds for. */
  pods: number;
  /** Names of those that were asked, or could not be. */
  asked: string[];
  /** `host:port` as it was asked for. */
  endpoint: string;
  /** Why nothing is known, in words, in place of the answer. */
  answer: Diagnosis | { unknown: string };
}

/**
 * Makes one row of those for the same owner and endpoint that say the same, such as of a StatefulSet, whose pods have
 * labels of their own. The first one's answer stands for all.
 */
export function mergeRows(rows: readonly Row[]): Row[] {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify([row.owner, row.endpoint, withoutName(row)]);
    const same = merged.get(key);
    merged.set(
      key,
      same === undefined
        ? row
        : { ...same, pods: same.pods + row.pods, asked: [...same.asked, ...row.asked] },
    );
  }
  return [...merged.values()];
}

function withoutName({ answer, asked: [pod = ""] }: Row): string {
  return JSON.stringify(answer).replaceAll(JSON.stringify(pod), '""');
}
