import type { EffectiveTimeout } from "../../../model/record.ts";
import { DEFAULT_PATH, DEFAULT_REMEDY } from "../../../model/remedy.ts";
import type { Remedy } from "../../../model/remedy.ts";
import { toWallMs } from "../../../model/timelapse.ts";
import { expectedIdleTimeoutMs, isLeftAlone, parseTimeout } from "../../../model/timeout.ts";
import { recordTarget } from "../../recordTarget.ts";
import { firstSample } from "../../sampleGroups.ts";
import { endsOf } from "../../spread.ts";
import { describeIdleTimeout, formatIdleTimeout } from "../../text.ts";
import { CAUSE_NAMES } from "../../verdict.ts";
import { paragraph, table } from "../document.ts";
import type { Section } from "../document.ts";
import { idleTestsOf } from "../reported.ts";
import type { ReportedStack, StackTest } from "../reported.ts";

/** Remedies that set no timeout but are to spare connections from one. */
const SPARING: readonly Remedy[] = ["tcpKeepalive", "excludeOutboundPorts"];

/** Says of each remedy whether it did what it was to do. */
export function remedySection(stacks: readonly ReportedStack[]): Section {
  const header = [
    ...["stack", "remedy", "path", "set", "in effect", "with sidecar", "without sidecar", "effect"],
  ];
  const rows = idleTestsOf(stacks).map((each) => {
    const { path = DEFAULT_PATH, remedy = DEFAULT_REMEDY, timeout } = each.stack.record;
    const { samples } = each.test;
    const effective = effectiveOf(each);
    return [
      each.label,
      remedy,
      path,
      timeout,
      effective === undefined ? "-" : describeIdleTimeout(effective),
      endsOf(samples, "withSidecar"),
      endsOf(samples, "withoutSidecar"),
      remedyEffect(each),
    ];
  });
  return {
    id: "remedies",
    title: "Remedies",
    blocks:
      rows.length === 0
        ? [paragraph("No stack left connections idle.")]
        : [table("Effect of each remedy, as measured", header, rows)],
  };
}

function effectiveOf({ stack, test }: StackTest): EffectiveTimeout | undefined {
  const subject = firstSample({ samples: test.samples }, "withSidecar");
  return subject && recordTarget(stack.record, subject).effective;
}

/** Says whether a remedy did what it was to do: set a timeout, or spare the connection from one. */
export function remedyEffect(each: StackTest): string {
  const { stack, test } = each;
  const { remedy = DEFAULT_REMEDY, timeout, timelapse } = stack.record;
  const { cause } = test.verdict;
  const subject = firstSample({ samples: test.samples }, "withSidecar");
  const effective = effectiveOf(each);
  if (
    subject === undefined ||
    effective === undefined ||
    (cause !== "idleTimeout" && cause !== "stillOpen")
  ) {
    return `no answer: ${CAUSE_NAMES[cause]}`;
  }
  const { idleTimeoutMs, source } = effective;
  const dueMs = (subject.lastByteMs ?? 0) + toWallMs(idleTimeoutMs, timelapse?.factor ?? 1);
  const due = idleTimeoutMs > 0 && subject.heldMs > dueMs;
  if (SPARING.includes(remedy)) {
    if (cause === "idleTimeout") {
      return "does not help: the idle timeout closed the connection";
    }
    if (source === "bypassed") {
      return "avoids the timeout, and the sidecar with it";
    }
    return due ? "open after the idle timeout" : "not shown: no timeout was due in the window";
  }
  const asked = parseTimeout(timeout);
  if (isLeftAlone(asked)) {
    return `nothing is set: ${describeIdleTimeout(effective)} applies`;
  }
  if (idleTimeoutMs !== expectedIdleTimeoutMs(asked)) {
    return `does nothing: the sidecar applies ${describeIdleTimeout(effective)}`;
  }
  if (cause === "idleTimeout") {
    return "works: closed by the timeout that was set";
  }
  return due
    ? "in effect, but the connection was open after that"
    : `in effect (${formatIdleTimeout(idleTimeoutMs)}), and open as long as it was watched`;
}
