import { formatEndpoint } from "../../../model/endpoint.ts";
import { hasSidecar, isStaying } from "../../cluster/podFacts.ts";
import type { Reader } from "../../cluster/reader.ts";
import { answer, unaskedReason } from "../diagnose.ts";
import { DoctorError } from "../doctorError.ts";
import type { Asked } from "../judge.ts";
import { gather } from "../mesh/gather.ts";
import type { Look } from "../mesh/gather.ts";
import type { Mesh } from "../mesh/mesh.ts";
import { canBeAsked, isAmbient } from "../mesh/pod.ts";
import { groupPods, ownerOf } from "./podGroups.ts";
import type { ListedPod, Owner, PodGroup } from "./podGroups.ts";
import { mergeRows } from "./row.ts";
import type { Row } from "./row.ts";

/** How many pods are asked at the same time. */
const AT_ONCE = 4;
/** After how many answers progress is told. */
const REPORT_EVERY = 10;

/** Answers about many pods. */
export interface Scan {
  rows: Row[];
  /** Owners of pods that have no sidecar and are in no ambient mesh. */
  withoutSidecar: (Owner & { pods: number })[];
  /** Whatever could not be read, and why, in words. */
  unseen: string[];
}

/**
 * Answers questions about connections from pods, each for all of them. Only looks; asks one of equal pods, and
 * four pods at a time. A pod that can't be asked stops no other.
 *
 * @param report gets lines of progress.
 */
export async function scan(
  reader: Reader,
  pods: readonly ListedPod[],
  questions: readonly Asked[],
  report: (line: string) => void,
): Promise<Scan> {
  const going = pods.filter((pod) => isStaying(pod) && !hasEnded(pod));
  const inMesh = going.filter((pod) => hasSidecar(pod) || isAmbient(pod));
  const groups = groupPods(inMesh);
  if (groups.length > 0) {
    const [asked, all] = [groups.length, inMesh.length];
    report(`asking ${asked} of ${all} pods: equal pods of a workload are asked once`);
  }
  const found: Row[][] = [];
  const queue = groups.entries();
  let done = 0;
  const work = async (): Promise<void> => {
    for (const [place, group] of queue) {
      found[place] = await askGroup(reader, group, questions);
      done += 1;
      if (done % REPORT_EVERY === 0 && done < groups.length) {
        report(`asked ${done} of ${groups.length}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const rows = mergeRows(found.flat());
  const unseen = rows.flatMap((row) => ("unknown" in row.answer ? [] : row.answer.unseen));
  return {
    rows,
    withoutSidecar: countOwners(going.filter((pod) => !inMesh.includes(pod))),
    unseen: [...new Set(unseen)],
  };
}

async function askGroup(
  reader: Reader,
  { owner, pod, pods }: PodGroup,
  questions: readonly Asked[],
): Promise<Row[]> {
  const rowOf = ({ endpoint }: Asked, found: Row["answer"]): Row => ({
    ...{ owner, pods, asked: [pod.metadata.name] },
    ...{ endpoint: formatEndpoint(endpoint), answer: found },
  });
  const looks = await lookAt(reader, pod, questions);
  if (typeof looks === "string") {
    return questions.map((asked) => rowOf(asked, { unknown: looks }));
  }
  return Promise.all(
    looks.map(async ({ asked, mesh }) => rowOf(asked, await judgeOne(reader, mesh, asked))),
  );
}

/** @returns why the pod can't be asked, in place of what was seen. */
async function lookAt(
  reader: Reader,
  pod: ListedPod,
  questions: readonly Asked[],
): Promise<Look[] | string> {
  if (!canBeAsked(pod)) {
    return `the pod is ${pod.status.phase}`;
  }
  try {
    return await gather(reader, pod, questions);
  } catch (error) {
    return unaskedReason(error);
  }
}

async function judgeOne(reader: Reader, mesh: Mesh, asked: Asked): Promise<Row["answer"]> {
  try {
    return (await answer(reader, mesh, asked)).diagnosis;
  } catch (error) {
    if (!(error instanceof DoctorError)) {
      throw error;
    }
    return { unknown: error.message };
  }
}

function countOwners(pods: readonly ListedPod[]): Scan["withoutSidecar"] {
  const counts = new Map<string, Owner & { pods: number }>();
  for (const pod of pods) {
    const owner = ownerOf(pod);
    const key = JSON.stringify(owner);
    counts.set(key, { ...owner, pods: (counts.get(key)?.pods ?? 0) + 1 });
  }
  return [...counts.keys()].sort().flatMap((key) => counts.get(key) ?? []);
}

function hasEnded({ status: { phase } }: ListedPod): boolean {
  return phase === "Succeeded" || phase === "Failed";
}
