import { isIP } from "node:net";
import { DEFAULT_REMEDY, REMEDIES } from "../../model/remedy.ts";
import type { Path, Remedy } from "../../model/remedy.ts";
import { remedyNeeds, settableBy } from "../../model/remedyBehaviour.ts";
import type { Timeout } from "../../model/timeout.ts";

/** Host names that Istio takes; DNS itself allows `_` too. */
const ISTIO_HOST = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?$/i;

/** Settings that depend on each other; one that could not be read is undefined, and is not checked. */
export interface PartialVariant {
  path: Path | undefined;
  remedy: Remedy | undefined;
  timeout: Timeout | undefined;
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: number | undefined;
  /** Number of endpoints that the probes connect to. */
  targets: number;
  /** First of the endpoints, and the key that names it. */
  host: { key: string; name: string } | undefined;
}

/** Lists settings that exclude each other, one line each with its fix. */
export function variantProblems(variant: PartialVariant): string[] {
  const { path, remedy, timeout, timelapse, targets, host } = variant;
  const problems: string[] = [];
  if (path === "passthrough" && remedy !== undefined && remedyNeeds(remedy, "serviceEntry")) {
    const others = REMEDIES.filter((each) => !remedyNeeds(each, "serviceEntry"));
    problems.push(
      `remedy: ${remedy} needs a host that the mesh knows, but path is passthrough; set path to serviceEntry, ` +
        `or remedy to one of ${others.join(", ")}`,
    );
  }
  const settable = remedy && settableBy(remedy);
  if (remedy && timeout && settable && !settable.includes(timeout.variant)) {
    const allowed = settable.map((variant) => (variant === "duration" ? "a duration" : variant));
    problems.push(
      `timeout: remedy ${remedy} can not set ${timeout.variant}; set timeout to one of ` +
        `${allowed.join(", ")}, or remedy to ${DEFAULT_REMEDY}`,
    );
  }
  if (timeout?.variant === "asIs" && path === "serviceEntry") {
    problems.push(
      "path: serviceEntry makes the endpoint known to the mesh, but timeout asIs configures nothing; set path to " +
        "passthrough, with which a host that the mesh knows already is measured as such, or timeout to another value",
    );
  }
  if (remedy !== undefined && remedyNeeds(remedy, "realTime") && (timelapse ?? 1) > 1) {
    problems.push(
      `timelapse: ${timelapse} has no effect with remedy ${remedy}, whose connection bypasses the sidecar and its ` +
        "clock; set timelapse to 1, or remedy to another",
    );
  }
  if (targets > 1 && path === "serviceEntry") {
    problems.push(
      `path: serviceEntry takes one endpoint, and there are ${targets}; set path to passthrough, or middleware ` +
        "to one kind",
    );
  } else if (targets > 1 && remedy !== undefined && remedyNeeds(remedy, "onePort")) {
    problems.push(
      `remedy: ${remedy} takes the port of one endpoint, and there are ${targets}; set remedy to ` +
        `${DEFAULT_REMEDY}, or middleware to one kind`,
    );
  }
  if (path === "serviceEntry" && host && isIP(host.name) === 0 && !ISTIO_HOST.test(host.name)) {
    problems.push(
      `${host.key}: ${JSON.stringify(host.name)} is not a host that a ServiceEntry takes: its names have only ` +
        `letters, digits, - and dots; set ${host.key} to another name or to an IP address, or path to passthrough`,
    );
  }
  return problems;
}
