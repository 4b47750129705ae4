import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../base/paths.ts";

/** What the node's supervisor says about one service; written by `lab/go/node`. */
export interface ServiceState {
  name: string;
  running: boolean;
  /** As the node sees it; 0 while none runs. */
  pid: number;
  restarts: number;
  since: string;
  waitingFor?: string;
  lastExit?: string;
}

/** What the supervisor says; empty before it has said anything. */
export function readServices(paths: LabPaths): ServiceState[] {
  try {
    return JSON.parse(readFileSync(join(paths.run, "services.json"), "utf8")) as ServiceState[];
  } catch {
    return [];
  }
}
