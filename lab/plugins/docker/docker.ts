import type { CheckFailure, Provider, ResourceType } from "../shared/provider.ts";
import { messageOf } from "../shared/errors.ts";
import { isMap } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import { DEFAULT_HOST, parseDaemonAddress } from "./address.ts";
import { DockerClient } from "./client.ts";
import { containerResource } from "./container/container.ts";
import { Credentials } from "./credentials.ts";
import type { Daemon } from "./daemon.ts";
import { imageResource } from "./image/image.ts";
import { networkResource } from "./network.ts";
import { checkProperties } from "./properties.ts";
import { remoteImageResource } from "./image/remoteImage.ts";

const OFFERED = ["host", "registryAuth"];
const AUTH_OFFERED = ["address", "password", "username"];

/** Stands in for the official docker plugin, for what a stack's middleware and images need. */
export function dockerProvider(): Provider {
  let configured: Daemon | undefined;
  const daemon = (): Daemon => {
    if (!configured) {
      throw new Error("the provider is not configured");
    }
    return configured;
  };
  const types = new Map<string, ResourceType>([
    ["docker:index/container:Container", containerResource(daemon)],
    ["docker:index/image:Image", imageResource(daemon)],
    ["docker:index/network:Network", networkResource(daemon)],
    ["docker:index/remoteImage:RemoteImage", remoteImageResource(daemon)],
  ]);

  return {
    name: "docker",
    checkConfig,

    async configure({ host, registryAuth }) {
      const chosen = host ?? process.env.DOCKER_HOST ?? DEFAULT_HOST;
      const client = new DockerClient(chosen === "" ? DEFAULT_HOST : chosen);
      configured = { client, credentials: new Credentials(registryAuth) };
      await client.json({ method: "GET", path: "/version", signal: AbortSignal.timeout(10_000) });
    },

    resourceType: (token) => types.get(token),
  };
}

function checkConfig(config: PropertyMap): CheckFailure[] {
  const failures = checkProperties(config, OFFERED);
  const { host, registryAuth } = config;
  if (typeof host === "string") {
    try {
      parseDaemonAddress(host);
    } catch (error) {
      failures.push({ property: "host", reason: messageOf(error) });
    }
  }
  if (typeof registryAuth === "string") {
    const entries = JSON.parse(registryAuth) as PropertyMap[];
    for (const entry of entries.filter(isMap)) {
      failures.push(...checkProperties(entry, AUTH_OFFERED));
    }
  }
  return failures;
}
