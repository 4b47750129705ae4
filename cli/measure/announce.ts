import { formatEndpoint } from "../../model/endpoint.ts";
import type { MeasureRequest } from "../../model/requests.ts";
import { FIRST_SPEAKER } from "../../model/target.ts";
import { toWallMs } from "../../model/timelapse.ts";
import { parseTimeout } from "../../model/timeout.ts";
import {
  describeEffective,
  describeShortWindow,
  describeSpeed,
  describeWait,
  formatIdleTimeout,
} from "../../report/text.ts";
import { MeasureError } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";
import type { JournalTarget } from "./journal.ts";
import { remedyNotes } from "./remedyNotes.ts";

/** Says which idle timeout applies to each endpoint, and what the sidecar's configuration lets foresee. */
export function announce(
  { report }: Pick<World, "report">,
  asked: MeasureRequest,
  targets: readonly JournalTarget[],
): void {
  const { observeMs, timelapse } = asked;
  for (const { endpoint, path, origin } of targets) {
    const { effective } = path;
    const closeMs = toWallMs(effective.idleTimeoutMs, timelapse);
    report(
      `effective idle timeout for ${formatEndpoint(endpoint)}: ${describeEffective(effective)}` +
        (origin === undefined ? "" : `, set by ${origin}`) +
        describeSpeed(timelapse, closeMs) +
        describeShortWindow(closeMs, observeMs),
    );
  }
  foreseen(asked, targets).forEach(report);
}

/** Lists what the sidecar's configuration lets foresee of the run's connections, one line each. */
export function foreseen(asked: MeasureRequest, targets: readonly JournalTarget[]): string[] {
  const notes = targets.flatMap((target) => [
    ...(parseTimeout(asked.timeout).variant === "asIs" ? [setElsewhere(target)] : []),
    ...remedyNotes({ ...asked, endpoint: target.endpoint }, target.path.effective),
    ...neverPassedOn(target),
  ]);
  return [...new Set(notes)];
}

/** Says who set an idle timeout that the stack left alone. */
function setElsewhere({ endpoint, path: { effective }, origin }: JournalTarget): string {
  const setBy =
    effective.source === "envoy-default"
      ? "is Envoy's own default"
      : origin === undefined
        ? "is set by something that could not be named; see npm run doctor"
        : `is set by ${origin}`;
  return (
    `timeout asIs: the stack configured no idle timeout; that of ${formatIdleTimeout(effective.idleTimeoutMs)} for ` +
    `${formatEndpoint(endpoint)} ${setBy}`
  );
}

/** Says so where a silent client's connections will never leave the sidecar. */
function neverPassedOn({ middleware, endpoint, path }: JournalTarget): string[] {
  const { awaitFirstBytes, listener } = path.effective;
  return awaitFirstBytes === undefined || FIRST_SPEAKER[middleware] !== "nobody"
    ? []
    : [
        `the sidecar's listener ${listener} ${describeWait(awaitFirstBytes)}, and the probe sends none to a ` +
          `${middleware} endpoint: its connections never reach ${formatEndpoint(endpoint)}, and no idle timeout ` +
          `closes them; ${REMEDY}`,
      ];
}

/** @throws MeasureError where the sidecar would wait for the client's first bytes, and the client for the server's. */
export function assertPassedOn({ middleware, endpoint, path }: JournalTarget): void {
  const { awaitFirstBytes, listener } = path.effective;
  if (awaitFirstBytes !== undefined && FIRST_SPEAKER[middleware] === "server") {
    throw new MeasureError(
      `${middleware} at ${formatEndpoint(endpoint)} can't be measured: the sidecar's listener ${listener} ` +
        `${describeWait(awaitFirstBytes)}, while a ${middleware} client waits for the server's; ${REMEDY}`,
    );
  }
}

const REMEDY = "declare the port as TCP in its Service or ServiceEntry";
