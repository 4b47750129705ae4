import { DEFAULTS } from "./inputs.ts";
import type { ContainerInputs, ContainerPort } from "./inputs.ts";

const NANOSECONDS_PER_MS = 1e6;
const BYTES_PER_MB = 1024 * 1024;

/** What the Docker API is asked to create. */
export function containerBody(inputs: ContainerInputs): object {
  const { ports = [], healthcheck, labels } = inputs;
  return {
    Image: inputs.image,
    Cmd: inputs.command,
    Entrypoint: inputs.entrypoints,
    Env: inputs.envs,
    User: inputs.user,
    WorkingDir: inputs.workingDir,
    Hostname: inputs.hostname,
    StopSignal: inputs.stopSignal,
    Labels: labels && Object.fromEntries(labels.map(({ label, value }) => [label, value])),
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    Healthcheck: healthcheck && {
      Test: healthcheck.tests,
      Interval: nanoseconds(healthcheck.interval),
      Timeout: nanoseconds(healthcheck.timeout),
      StartPeriod: nanoseconds(healthcheck.startPeriod),
      Retries: healthcheck.retries,
    },
    HostConfig: {
      ...updateBody(inputs),
      AutoRemove: inputs.rm,
      NetworkMode: inputs.networkMode ?? DEFAULTS.networkMode,
      ReadonlyRootfs: inputs.readOnly,
      Tmpfs: inputs.tmpfs,
      CapAdd: inputs.capabilities?.adds,
      CapDrop: inputs.capabilities?.drops,
      SecurityOpt: inputs.securityOpts,
      PortBindings: bindings(ports),
    },
  };
}

/** What can be changed of a container that is there. */
export function updateBody({ restart, maxRetryCount, memory }: ContainerInputs): object {
  return {
    RestartPolicy: { Name: restart ?? DEFAULTS.restart, MaximumRetryCount: maxRetryCount ?? 0 },
    Memory: memory === undefined ? 0 : memory * BYTES_PER_MB,
  };
}

function portKey({ internal, protocol = "tcp" }: ContainerPort): string {
  return `${internal}/${protocol}`;
}

function bindings(ports: ContainerPort[]): Record<string, object[]> {
  const result: Record<string, object[]> = {};
  for (const port of ports) {
    const binding = {
      HostIp: port.ip ?? "0.0.0.0",
      // Without a number the daemon picks a free one.
      HostPort: port.external ? String(port.external) : "",
    };
    (result[portKey(port)] ??= []).push(binding);
  }
  return result;
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** From a Go duration such as `1m30s`. */
export function nanoseconds(duration: string | undefined): number | undefined {
  if (duration === undefined) {
    return undefined;
  }
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join("") !== duration || parts.length === 0) {
    throw new Error(`"${duration}" is not a duration such as 10s or 1m30s`);
  }
  return parts
    .map(([, amount, unit = ""]) => Number(amount) * (UNIT_MS[unit] ?? 0) * NANOSECONDS_PER_MS)
    .reduce((sum, part) => sum + part);
}
