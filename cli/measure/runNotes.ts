import type { EffectiveTimeout, ProbeKind, RunRecord } from "../../model/record.ts";
import { formatIdleTimeout, seconds } from "../../report/text.ts";
import type { Outcome } from "./watch.ts";

/** Connections opened within this time, in ms, met the same conditions. */
const SAME_TIME_MS = 5000;

/** Lists notes on the run as a whole. */
export function notesOnRun({
  nodes,
  missingPolicy,
  effective: { idleTimeoutMs, source },
  outcomes,
}: Pick<RunRecord, "nodes"> & {
  /** The object that should have set the timeout but is not in the cluster. */
  missingPolicy: string | undefined;
  effective: EffectiveTimeout;
  outcomes: Record<ProbeKind, Outcome>;
}): string[] {
  const notes: string[] = [];
  if (missingPolicy !== undefined) {
    const whose = source === "envoy-default" ? "its default of " : "";
    const applied = `${whose}${formatIdleTimeout(idleTimeoutMs)}`;
    notes.push(`${missingPolicy} is not in the cluster; the proxy applies ${applied}`);
  }
  if (nodes !== undefined && nodes.withSidecar !== nodes.withoutSidecar) {
    notes.push(
      `the two pods ran on different nodes (${nodes.withSidecar} and ${nodes.withoutSidecar}), so their connections ` +
        "may have left the cluster by different ways",
    );
  }
  const [subjectMs = 0, controlMs = 0] = Object.values(outcomes).map(firstConnectedMs);
  const apartMs = Math.abs(subjectMs - controlMs);
  if (apartMs > SAME_TIME_MS) {
    notes.push(
      `the connections of the two pods were opened ${seconds(apartMs, 0)} apart, not at the same time`,
    );
  }
  const cut = Object.values(outcomes).flatMap(({ seen }) =>
    seen.state === "done" && seen.incomplete !== undefined ? [seen.incomplete] : [],
  );
  return [...notes, ...new Set(cut)];
}

function firstConnectedMs({ seen }: Outcome): number {
  const connections = [...seen.samples, ...(seen.state === "holding" ? seen.held : [])];
  return Math.min(...connections.map(({ connectedAt }) => Date.parse(connectedAt)));
}
