import { randomBytes } from "node:crypto";
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { formatEndpoint } from "../../model/endpoint.ts";
import { readiness } from "./readiness.ts";
import type { ServerKind } from "../../model/target.ts";
import { servers } from "./servers.ts";
import { OWNER_KEY } from "../../model/istio/labels.ts";
import { programCommand, shellCommand } from "../common/shell.ts";
import { userError } from "../common/userError.ts";

export interface ExternalMiddlewareArgs {
  /** Kind of server to run. */
  kind: ServerKind;
  /** Beginning of the container's name; the Docker daemon may hold containers of many stacks. */
  containerName: string;
  /** Official image of the kind, or one that takes the same variables. */
  image: pulumi.Input<string>;
  /** Name or address by which pods reach the Docker daemon's machine. */
  externalHost: string;
  /** Owner id written to the container. */
  owner: pulumi.Input<string>;
}

/** Prints 24 random bytes in hex, in which no character means anything to a server or a shell. */
const GENERATE_PASSWORD = shellCommand([
  "node",
  "-e",
  `process.stdout.write(require("node:crypto").randomBytes(24).toString("hex"))`,
]);

/**
 * Runs a server outside the cluster and the mesh, in a container of the Docker daemon, without a volume of its own. The
 * resource is complete once the server takes connections.
 */
export class ExternalMiddleware extends pulumi.ComponentResource {
  /** `host:port` as the pods reach it. */
  readonly endpoint: pulumi.Output<string>;
  /** Username; undefined where the server asks for a password alone, or for nothing. */
  readonly username: pulumi.Output<string> | undefined;
  /** Password, secret, generated once and kept in the stack's state; undefined where the server asks for none. */
  readonly password: pulumi.Output<string> | undefined;

  constructor(name: string, args: ExternalMiddlewareArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ExternalMiddleware", name, {}, opts);
    const server = servers[args.kind];
    const { port, login } = server;

    if (login !== undefined) {
      this.username = login.username === undefined ? undefined : pulumi.output(login.username);
      this.password = this.generatePassword(name);
    }

    const image = new docker.RemoteImage(
      `${name}-image`,
      // Other stacks may be running it.
      { name: args.image, keepLocally: true },
      { parent: this, customTimeouts: { create: "5m", update: "5m" } },
    );

    const remove = (kept?: pulumi.Input<string>): pulumi.Output<string> =>
      pulumi
        .all([args.owner, kept])
        .apply(([owner, id]) =>
          programCommand("removeContainers", { owner, name: args.containerName, kept: id }),
        );
    // An update that was killed may have made a container that its state does not know.
    const leftovers = new command.local.Command(
      `${name}-leftovers`,
      { delete: remove(), addPreviousOutputInEnv: false },
      { parent: this, customTimeouts: { delete: "1m" } },
    );

    const container = new docker.Container(
      `${name}-container`,
      {
        // Each container gets another name, because the last one may be left over.
        name: `${args.containerName}-${randomBytes(3).toString("hex")}`,
        image: image.imageId,
        ...(this.password !== undefined && {
          ...(login?.command !== undefined && { command: login.command(this.password) }),
          ...(login?.envs !== undefined && { envs: login.envs(this.password) }),
        }),
        // Docker picks a free port on the outside.
        ports: [{ internal: port }],
        labels: [{ label: OWNER_KEY, value: args.owner }],
        ...readiness(server),
      },
      {
        parent: this,
        dependsOn: leftovers,
        ignoreChanges: ["name"],
        // Two servers of a kind at once would be a waste.
        deleteBeforeReplace: true,
        customTimeouts: { create: "3m", update: "3m", delete: "1m" },
      },
    );
    new command.local.Command(
      `${name}-only`,
      { create: remove(container.id), triggers: [container.id], addPreviousOutputInEnv: false },
      { parent: this, customTimeouts: { create: "1m" } },
    );

    this.endpoint = container.ports.apply((ports) => {
      const external = ports?.[0]?.external;
      if (external === undefined) {
        throw userError(`${name}: Docker published no port for the container`);
      }
      return formatEndpoint({ host: args.externalHost, port: external });
    });
    this.registerOutputs({
      endpoint: this.endpoint,
      username: this.username,
      password: this.password,
    });
  }

  private generatePassword(name: string): pulumi.Output<string> {
    const password = new command.local.Command(
      `${name}-password`,
      { create: GENERATE_PASSWORD, logging: "none", addPreviousOutputInEnv: false },
      {
        parent: this,
        additionalSecretOutputs: ["stdout"],
        customTimeouts: { create: "1m" },
      },
    );
    return pulumi.secret(password.stdout);
  }
}
