import { DEFAULT_REMEDY } from "../../../model/remedy.ts";
import type { Remedy } from "../../../model/remedy.ts";
import { isLeftAlone, parseTimeout } from "../../../model/timeout.ts";
import { recordTarget } from "../../recordTarget.ts";
import { paragraph } from "../document.ts";
import type { Block, Section } from "../document.ts";
import { findOutlived } from "../measured.ts";
import type { Outlived } from "../measured.ts";
import { subjectsOf } from "../reported.ts";
import type { ReportedStack } from "../reported.ts";
import { describeOutlived } from "./answer.ts";
import { manifestOf } from "./manifests.ts";
import { describeSetting } from "./setting.ts";

const DRAINS =
  "Applying it is a change of the filter chain: connections that are open then are drained and closed once, idle or not.";

/** What each remedy costs beside its effect; docs/remedies.md and docs/changes.md say where that comes from. */
const COSTS: Readonly<Record<Remedy, string>> = {
  envoyFilter: DRAINS,
  envoyFilterPort: DRAINS,
  destinationRule: `The mesh has to know the host. ${DRAINS}`,
  proxyMetadata: "A sidecar reads it when it starts, so the pods have to be restarted.",
  tcpKeepalive: `The mesh has to know the host. ${DRAINS}`,
  excludeOutboundPorts:
    "The pods have to be restarted, and connections to the port have none of the mesh's metrics, policies or mTLS.",
};

/** Lists what was measured to help, the best first, with what declares it. */
export function fixesSection(stacks: readonly ReportedStack[]): Section {
  const fixes = findOutlived(stacks).sort(byRank);
  return {
    id: "fixes",
    title: "Fixes, the best first",
    blocks:
      fixes.length === 0
        ? [
            paragraph(
              "No stack of this report held idle connections longer than another one that lost them, so no fix is shown " +
                "to work here. Measure one beside it: a stack with a longer timeout, or with another remedy.",
            ),
          ]
        : [
            paragraph(
              "Ranked by what was measured: open at the end before closed later, through the sidecar before past it, and " +
                "the longer timeout first. Each names what it costs.",
            ),
            ...fixes.map(describeFix),
          ],
  };
}

function describeFix(fix: Outlived, place: number): Block {
  const { better } = fix;
  const { record } = better.stack;
  const remedy = record.remedy ?? DEFAULT_REMEDY;
  const timeout = parseTimeout(record.timeout);
  const nothing =
    remedy === DEFAULT_REMEDY && (isLeftAlone(timeout) || timeout.variant === "remove");
  const manifest = nothing ? "" : manifestOf(record);
  return {
    kind: "part",
    title: `${place + 1}. ${describeSetting(better)}`,
    blocks: [
      paragraph(`Measured: ${describeOutlived(fix)}. ${better.test.verdict.sentence}`),
      paragraph(
        nothing
          ? "It declares nothing: take away what sets the shorter timeout, and what the mesh applies by itself remains."
          : `Cost: ${COSTS[remedy]}`,
      ),
      ...(manifest === ""
        ? []
        : [{ kind: "code" as const, label: `Manifest of fix ${place + 1}`, text: manifest }]),
    ],
  };
}

function byRank(a: Outlived, b: Outlived): number {
  const [first, second] = [rankOf(a), rankOf(b)];
  const differs = first.findIndex((value, place) => value !== second[place]);
  return (second[differs] ?? 0) - (first[differs] ?? 0);
}

/** Larger is better, the first difference counts. */
function rankOf({ better, open }: Outlived): number[] {
  const [subject] = subjectsOf(better);
  const effective = subject && recordTarget(better.stack.record, subject).effective;
  const { idleTimeoutMs = 0, source } = effective ?? {};
  return [
    open ? 1 : 0,
    source === "bypassed" ? 0 : 1,
    idleTimeoutMs === 0 ? Number.MAX_SAFE_INTEGER : idleTimeoutMs,
  ];
}
