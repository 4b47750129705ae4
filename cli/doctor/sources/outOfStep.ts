import { formatIdleTimeout } from "../../../report/text.ts";
import { finding } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { Mesh } from "../mesh/mesh.ts";
import type { Carried, View } from "../traffic/view.ts";
import { describeSetting, describeSource } from "./settings.ts";
import type { Explanation } from "./timeoutSource.ts";

/**
 * Says that nothing explains what a sidecar applies. That its configuration is not what istiod sends is said only where
 * istiod itself was asked and answers otherwise: the objects that are looked at here are never all that istiod knows.
 *
 * @param view of the sidecar's own configuration.
 * @param sent the same connection by istiod's own answer; undefined where that is not known.
 */
export function outOfStep(
  mesh: Mesh,
  { expected, doubtful }: Explanation,
  view: Carried,
  sent: View | undefined,
): Finding {
  const applied = formatIdleTimeout(view.effective.idleTimeoutMs);
  const same =
    sent?.kind === "carried" && sent.effective.idleTimeoutMs === view.effective.idleTimeoutMs;
  if (sent !== undefined && !same) {
    const other =
      sent.kind === "carried" ? formatIdleTimeout(sent.effective.idleTimeoutMs) : sent.reason;
    return finding("IIT061", {
      reason: `the sidecar applies ${applied}, and istiod's own answer for it is another (${other})`,
      fix: "look again in a few seconds; if it stays so, see istioctl proxy-status and istiod's log",
    });
  }
  const sum =
    expected === undefined ? "set no idle timeout" : `add up to ${describeSetting(expected)}`;
  const doubts = doubtful.map(describeSource).join(", ");
  return finding("IIT060", {
    reason:
      `the ${applied} that the sidecar applies is not explained by the objects looked at, which ${sum}` +
      ` (${lookedAt(mesh)})` +
      (doubts === "" ? "" : `; whether ${doubts} has an effect could not be told`) +
      (same ? "; istiod's own answer for this sidecar is the same" : ""),
    fix: same
      ? "look for an object that is not listed here, or a setting of istiod itself"
      : "look at what could not be looked at here; istiod could not be asked what it sends this sidecar",
  });
}

function lookedAt({ objects, unseen }: Mesh): string {
  const counts = Object.entries(objects as unknown as Record<string, unknown[]>)
    .filter(([kind]) => kind !== "Service" && kind !== "Namespace")
    .map(([kind, list]) => `${list.length} ${kind}`);
  const hidden =
    unseen.length === 0 ? "" : `; not looked at: ${unseen.map(({ text }) => text).join(", ")}`;
  return `${counts.join(", ")}${hidden}`;
}
