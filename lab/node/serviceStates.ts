import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../base/paths.ts";

/** State of one service, as the node's supervisor (`lab/go/node`) writes it. */
export interface ServiceState {
  name: string;
  running: boolean;
  /** Process id in the node; 0 while the service does not run. */
  pid: number;
  restarts: number;
  since: string;
  waitingFor?: string;
  lastExit?: string;
}

/** Reads the states that the supervisor wrote; empty before it has written any. */
export function readServices(paths: LabPaths): ServiceState[] {
  try {
    return JSON.parse(readFileSync(join(paths.run, "services.json"), "utf8")) as ServiceState[];
  } catch {
    return [];
  }
}
