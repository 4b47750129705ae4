import type { ContainerInputs } from "./inputs.ts";

const NANOSECONDS_PER_MS = 1e6;

/** Makes the request by which the Docker API creates a container. */
export function containerBody(inputs: ContainerInputs): object {
  const { ports = [], healthcheck, labels } = inputs;
  const keys = ports.map(({ internal }) => `${internal}/tcp`);
  return {
    Image: inputs.image,
    Cmd: inputs.command,
    Env: inputs.envs,
    Labels: labels && Object.fromEntries(labels.map(({ label, value }) => [label, value])),
    ExposedPorts: Object.fromEntries(keys.map((key) => [key, {}])),
    Healthcheck: healthcheck && {
      Test: healthcheck.tests,
      Interval: nanoseconds(healthcheck.interval),
      Timeout: nanoseconds(healthcheck.timeout),
      StartPeriod: nanoseconds(healthcheck.startPeriod),
      Retries: healthcheck.retries,
    },
    HostConfig: {
      NetworkMode: "bridge",
      // Without a number the daemon picks a free port.
      PortBindings: Object.fromEntries(keys.map((key) => [key, [{ HostIp: "0.0.0.0" }]])),
    },
  };
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads a Go duration such as `1m30s`. */
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
