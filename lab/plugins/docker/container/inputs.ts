import { isList, reveal } from "../../shared/value.ts";
import type { CheckFailure } from "../../shared/provider.ts";
import type { PropertyMap } from "../../shared/value.ts";
import { refuseOthers, requireAll } from "../properties.ts";
import type { Offered } from "../properties.ts";

/** Properties of a Container that are offered; all others are refused. */
export interface ContainerInputs {
  name: string;
  /** Id or name; pulled if the daemon doesn't have it. */
  image: string;
  command?: string[];
  envs?: string[];
  labels?: { label: string; value: string }[];
  /** TCP ports in the container; the daemon publishes each under a free port of its machine. */
  ports?: { internal: number }[];
  healthcheck?: {
    tests?: string[];
    /** Go durations, as are the others. */
    interval?: string;
    timeout?: string;
    startPeriod?: string;
    retries?: number;
  };
  /** Whether to wait until the health check succeeds; default false. */
  wait?: boolean;
  /** Limit of that wait in seconds; default 60. */
  waitTimeout?: number;
}

const OFFERED: Offered = {
  command: true,
  envs: true,
  healthcheck: { interval: true, retries: true, startPeriod: true, tests: true, timeout: true },
  image: true,
  labels: { label: true, value: true },
  name: true,
  ports: { internal: true },
  wait: true,
  waitTimeout: true,
};

/**
 * Inputs that may change without a new container. A refresh sets `mustRun` to false for a container that doesn't
 * run, so that the next update finds a change and starts it.
 */
export const CHANGED_IN_PLACE = ["mustRun", "wait", "waitTimeout"];

/** Names what is wrong with a container's inputs. */
export function checkContainer(inputs: PropertyMap): CheckFailure[] {
  const failures = [...refuseOthers(inputs, OFFERED), ...requireAll(inputs, ["image", "name"])];
  const { command } = reveal(inputs);
  if (isList(command) && command.includes("")) {
    failures.push({ property: "command", reason: "values for command may not be empty" });
  }
  return failures;
}
