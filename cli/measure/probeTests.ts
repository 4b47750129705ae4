import type { ProbeTest } from "../../app/probe/sample.ts";
import type { ProbeKind } from "../../model/record.ts";
import { testsOf } from "../../model/modes.ts";
import { toWallMs } from "../../model/timelapse.ts";
import type { MeasureRequest } from "../../model/requests.ts";
import type { JournalTarget } from "./journal.ts";

/** The least that the kernel can wait before it probes a silent connection, in ms. */
const SHORTEST_KEEPALIVE_MS = 1000;

/**
 * What the probes are to do with each endpoint. A ping comes at half the idle timeout, TCP keep-alive at a
 * quarter of it: often enough to matter, if it did.
 */
export function probeTests(
  targets: readonly JournalTarget[],
  kind: ProbeKind,
  { modes, observeMs, timelapse }: Pick<MeasureRequest, "modes" | "observeMs" | "timelapse">,
): ProbeTest[] {
  return testsOf(targets, modes).map(({ target, mode }) => {
    const { middleware, endpoint, addresses, path } = target;
    const address = addresses[kind];
    // Where there is no timeout, the window is all there is to go by.
    const idleMs = toWallMs(path.effective.idleTimeoutMs, timelapse) || observeMs;
    return {
      ...{ middleware, ...endpoint, mode },
      ...(address !== endpoint.host && { address }),
      ...(mode === "ping" && { everyMs: Math.max(Math.floor(idleMs / 2), 1) }),
      ...(mode === "keepalive" && {
        everyMs: Math.max(Math.floor(idleMs / 4), SHORTEST_KEEPALIVE_MS),
      }),
    };
  });
}
