/** The properties of a Container that are offered; all others are refused. */
export interface ContainerInputs {
  name: string;
  image: string;
  command?: string[];
  entrypoints?: string[];
  envs?: string[];
  user?: string;
  workingDir?: string;
  hostname?: string;
  labels?: { label: string; value: string }[];
  ports?: ContainerPort[];
  networkMode?: string;
  networksAdvanced?: { name: string; aliases?: string[] }[];
  readOnly?: boolean;
  tmpfs?: Record<string, string>;
  capabilities?: { adds?: string[]; drops?: string[] };
  securityOpts?: string[];
  /** In MB. */
  memory?: number;
  restart?: string;
  maxRetryCount?: number;
  /** The container is removed as soon as it exits. */
  rm?: boolean;
  /** It is an error if the container doesn't run; default true. */
  mustRun?: boolean;
  /** Wait until the health check succeeds. */
  wait?: boolean;
  /** In seconds; default 60. */
  waitTimeout?: number;
  healthcheck?: {
    tests?: string[];
    /** Go durations, as are the others. */
    interval?: string;
    timeout?: string;
    startPeriod?: string;
    retries?: number;
  };
  /** In seconds between asking to stop and killing; default 0. */
  destroyGraceSeconds?: number;
  stopSignal?: string;
  /** Whether anonymous volumes go with the container; default true. */
  removeVolumes?: boolean;
}

export interface ContainerPort {
  /** In the container. */
  internal: number;
  /** On the daemon's machine; a free one if absent. */
  external?: number;
  ip?: string;
  protocol?: string;
}

/** The outputs where the program says nothing. */
export const DEFAULTS = {
  mustRun: true,
  networkMode: "bridge",
  readOnly: false,
  removeVolumes: true,
  restart: "no",
  rm: false,
  start: true,
  wait: false,
  waitTimeout: 60,
};

/** What is done with a running container or only matters later; all else makes a new one. */
export const CHANGED_IN_PLACE = [
  "destroyGraceSeconds",
  "maxRetryCount",
  "memory",
  "mustRun",
  "removeVolumes",
  "restart",
  "rm",
  "wait",
  "waitTimeout",
];

export const OFFERED = [
  "capabilities",
  "command",
  "entrypoints",
  "envs",
  "healthcheck",
  "hostname",
  "image",
  "labels",
  "name",
  "networksAdvanced",
  "networkMode",
  "ports",
  "readOnly",
  "securityOpts",
  "stopSignal",
  "tmpfs",
  "user",
  "workingDir",
  ...CHANGED_IN_PLACE,
];
