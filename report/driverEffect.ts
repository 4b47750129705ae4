import type { Row } from "../app/drivers/node/row.ts";

/**
 * What an idle close did to an application:
 * - `lived`: nothing, its connection was still the same,
 * - `hidden`: it got its answer, over a new connection,
 * - `failedOnce`: one request failed, the next one did not,
 * - `failed`: requests fail for good,
 * - `crashed`: its process ended,
 * - `notMeasured`: it did not get as far as that.
 */
export type Effect = "lived" | "hidden" | "failedOnce" | "failed" | "crashed" | "notMeasured";

export function effectOf(row: Row): Effect {
  const { crash, first, second } = row;
  if (crash !== undefined) {
    return "crashed";
  }
  if (first === undefined || second === undefined) {
    return "notMeasured";
  }
  if (first.outcome === "error") {
    return second.outcome === "error" ? "failed" : "failedOnce";
  }
  return row.connections.some(({ openedMs }) => openedMs > 0) ? "hidden" : "lived";
}
