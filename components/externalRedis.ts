import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { formatEndpoint } from "./endpoint.ts";
import { OWNER_KEY } from "./ownerKey.ts";
import { shellCommand } from "./shell.ts";
import { userError } from "./userError.ts";

export interface ExternalRedisArgs {
  /** Name of the container; the Docker daemon may hold those of many stacks. */
  containerName: pulumi.Input<string>;
  /** Image to run. */
  image: pulumi.Input<string>;
  /** Name or address under which the pods reach the Docker daemon's machine. */
  externalHost: string;
  /** Whose it is, the id of an `Owner`. */
  owner: pulumi.Input<string>;
}

const REDIS_PORT = 6379;

/** 24 random bytes in hex, so that no character means anything to Redis. */
const GENERATE_PASSWORD = shellCommand([
  "node",
  "-e",
  `process.stdout.write(require("node:crypto").randomBytes(24).toString("hex"))`,
]);

/** A Redis outside the cluster and the mesh, in a container of the Docker daemon, without a volume. */
export class ExternalRedis extends pulumi.ComponentResource {
  /** `host:port` as the pods reach it. */
  readonly endpoint: pulumi.Output<string>;
  /** Secret; generated once and kept in the stack's state. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: ExternalRedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ExternalRedis", name, {}, opts);

    const password = new command.local.Command(
      `${name}-password`,
      { create: GENERATE_PASSWORD, logging: "none", addPreviousOutputInEnv: false },
      {
        parent: this,
        additionalSecretOutputs: ["stdout"],
        customTimeouts: { create: "1m" },
      },
    );

    this.password = pulumi.secret(password.stdout);

    const image = new docker.RemoteImage(
      `${name}-image`,
      // Other stacks may be running it.
      { name: args.image, keepLocally: true },
      { parent: this, customTimeouts: { create: "5m", update: "5m" } },
    );

    const container = new docker.Container(
      `${name}-container`,
      {
        name: args.containerName,
        image: image.imageId,
        command: redisServer(this.password),
        // Without a port on the outside Docker picks a free one.
        ports: [{ internal: REDIS_PORT }],
        labels: [{ label: OWNER_KEY, value: args.owner }],
      },
      // A container's name is taken until it is gone.
      {
        parent: this,
        deleteBeforeReplace: true,
        customTimeouts: { create: "1m", update: "1m", delete: "1m" },
      },
    );

    this.endpoint = container.ports.apply((ports) => {
      const port = ports?.[0]?.external;
      if (port === undefined) {
        throw userError(`${name}: Docker published no port for the container`);
      }
      return formatEndpoint({ host: args.externalHost, port });
    });
    this.registerOutputs({ endpoint: this.endpoint, password: this.password });
  }
}

/**
 * No idle timeout of its own, which would pass for the sidecar's. Saving isn't turned off: without
 * writes there is nothing to save, and the provider takes no empty argument, which is what it would need.
 */
function redisServer(password: pulumi.Input<string>): pulumi.Input<string>[] {
  return ["redis-server", "--requirepass", password, "--timeout", "0"];
}
