/** Address of a Docker daemon, as `node:http` takes it. */
export type DaemonAddress = { socketPath: string } | { host: string; port: number };

export const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** Reads the value of `DOCKER_HOST` or of the provider's `host`. */
export function parseDaemonAddress(host: string): DaemonAddress {
  if (host.startsWith("unix://")) {
    return { socketPath: host.slice("unix://".length) };
  }
  if (/^(tcp|http):\/\//.test(host)) {
    const url = new URL(host.replace(/^tcp:/, "http:"));
    return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 2375) };
  }
  throw new Error(
    `the lab's docker plugin can't use the Docker host "${host}"; ` +
      "set docker:host or DOCKER_HOST to unix:///path or tcp://host:port",
  );
}
