import type { AllCredentials } from "../../app/probe/credentials.ts";
import type { Load } from "../../model/modes.ts";
import type { Path, Remedy } from "../../model/remedy.ts";
import type { Timeout } from "../../model/timeout.ts";
import type { DriverName } from "./drivers.ts";
import type { Outside } from "./outside.ts";

/** Configuration of one stack, checked; `keys.ts` describes the keys that it is read from. */
export interface Settings {
  timeout: Timeout;
  /** The `timeout` key as the user wrote it, for messages and the record. */
  timeoutText: string;
  /** How long connections are held and watched, in ms. */
  observeMs: number;
  /** How long `up` waits for the result, in ms. */
  waitMs: number;
  /** Number of the measurement; another number measures again. */
  run: number;
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: number;
  /** How connections to the endpoint go through the sidecar. */
  path: Path;
  /** How the timeout is set, or avoided. */
  remedy: Remedy;
  /** Whether the sidecar writes an access-log entry for each connection. */
  evidence: boolean;
  /** Whether the sidecar's debug log of each connection is kept, too. */
  debugLog: boolean;
  /** Endpoints that the probes connect to. */
  outside: Outside;
  /** Credentials at existing endpoints; secret. */
  credentials: AllCredentials;
  /** Modes of the connections, and their number. */
  load: Load;
  /** Real drivers that are measured too. */
  drivers: DriverName[];
  /** Context of the ambient kubeconfig; undefined is its current one. */
  kubeContext: string | undefined;
  /** Revision or tag of the Istio control plane; undefined is the mesh's default one. */
  revision: string | undefined;
  /** Registry to which the images are pushed and from which the cluster pulls them: `host[:port][/path]`. */
  registry: string;
  /** Image with Node.js. */
  baseImage: string;
  /** Image with a C compiler, for the faster clock. */
  compilerImage: string;
  /** Image with Go, for the drivers in Go. */
  goImage: string;
  /** Image with npm, for the drivers for Node.js. */
  nodeBuildImage: string;
  /** `os/arch` of the cluster's nodes; undefined is the machine that builds. */
  platform: string | undefined;
}
