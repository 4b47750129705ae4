import { messageOf } from "../shared/errors.ts";
import type { CheckFailure, Provider, ResourceType } from "../shared/provider.ts";
import type { PropertyMap } from "../shared/value.ts";
import { DEFAULT_HOST, parseDaemonAddress } from "./address.ts";
import { DockerClient } from "./client.ts";
import { containerResource } from "./container/container.ts";
import { imageResource } from "./image/image.ts";
import { remoteImageResource } from "./image/remoteImage.ts";
import { refuseOthers } from "./properties.ts";

/** Stands in for the official docker plugin, for the middleware and the images of this project's stacks. */
export function dockerProvider(): Provider {
  let configured: DockerClient | undefined;
  const client = (): DockerClient => {
    if (!configured) {
      throw new Error("the provider is not configured");
    }
    return configured;
  };
  const types = new Map<string, ResourceType>([
    ["docker:index/container:Container", containerResource(client)],
    ["docker:index/image:Image", imageResource(client)],
    ["docker:index/remoteImage:RemoteImage", remoteImageResource(client)],
  ]);

  return {
    name: "docker",
    checkConfig,

    async configure({ host }) {
      const chosen = host ?? process.env.DOCKER_HOST ?? DEFAULT_HOST;
      configured = new DockerClient(chosen === "" ? DEFAULT_HOST : chosen);
      const signal = AbortSignal.timeout(10_000);
      await configured.json({ method: "GET", path: "/version", signal });
    },

    resourceType: (token) => types.get(token),
  };
}

function checkConfig(config: PropertyMap): CheckFailure[] {
  const failures = refuseOthers(config, { host: true });
  if (typeof config.host === "string") {
    try {
      parseDaemonAddress(config.host);
    } catch (error) {
      failures.push({ property: "host", reason: messageOf(error) });
    }
  }
  return failures;
}
