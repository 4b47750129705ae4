import type { Terminal } from "../../command/command.ts";
import { EXIT } from "../../command/exitCode.ts";
import { render } from "../../command/output.ts";
import type { Format } from "../../command/output.ts";
import type { Kubectl } from "../../cluster/kubectl.ts";
import { Reader } from "../../cluster/reader.ts";
import type { Severity } from "../findings/codes.ts";
import { atLeast } from "../findings/finding.ts";
import type { Asked } from "../judge.ts";
import type { ListedPod } from "./podGroups.ts";
import { renderScan, scanRecord } from "./report.ts";
import { scan } from "./scan.ts";

/** How an answer is given. */
export interface Manner {
  format: Format;
  /** The least grave finding on which the command fails; undefined is none. */
  failOn: Severity | undefined;
}

/**
 * Scans pods and prints the rows.
 *
 * @param kubectl for any namespace of the cluster.
 * @returns the exit code: that of findings, then that of pods that could not be asked, though who does not want to
 *   fail on findings is content with one that could.
 */
export async function printScan(
  kubectl: Kubectl,
  { pods, questions }: { pods: Promise<ListedPod[]>; questions: readonly Asked[] },
  { format, failOn }: Manner,
  { print, report }: Terminal,
): Promise<number> {
  const found = await scan(new Reader(kubectl), await pods, questions, report);
  print(
    await render(format, {
      data: () => scanRecord(found),
      text: (style) => renderScan(found, style),
    }),
  );
  const answers = found.rows.map(({ answer }) => answer);
  const known = answers.flatMap((answer) => ("unknown" in answer ? [] : answer));
  if (failOn !== undefined && known.some(({ findings }) => atLeast(findings, failOn))) {
    return EXIT.unmet;
  }
  const enough = failOn === undefined ? known.length > 0 : known.length === answers.length;
  return enough || answers.length === 0 ? EXIT.ok : EXIT.failed;
}
