import * as pulumi from "@pulumi/pulumi";
import type { AllCredentials } from "../../app/probe/credentials.ts";
import { formatEndpoint } from "../../model/endpoint.ts";
import type { ServerKind } from "../../model/target.ts";
import type { Settings } from "../settings/settings.ts";
import { ExternalMiddleware } from "./externalMiddleware.ts";

/** Endpoints outside the mesh that the stack connects to. */
export interface OutsideEndpoints {
  /** `host:port` each, in the order of the kinds of middleware. */
  endpoints: pulumi.Output<string[]>;
  /** Credentials by kind of middleware; secret. */
  credentials: pulumi.Input<AllCredentials>;
}

/**
 * Takes the existing endpoints, or declares a server for each kind of middleware.
 *
 * @param containerName begins the name of a server's container.
 * @param owner owner id that is written to the containers.
 */
export function outsideEndpoints(
  { credentials, outside }: Pick<Settings, "credentials" | "outside">,
  {
    containerName,
    owner,
  }: { containerName: (kind: ServerKind) => string; owner: pulumi.Input<string> },
  opts: pulumi.ComponentResourceOptions,
): OutsideEndpoints {
  if (outside.kind === "endpoints") {
    const endpoints = outside.targets.map(({ endpoint }) => formatEndpoint(endpoint));
    return { endpoints: pulumi.output(endpoints), credentials };
  }
  const { externalHost } = outside;
  const servers = outside.servers.map(({ kind, image }) => {
    const args = { kind, containerName: containerName(kind), image, externalHost, owner };
    return { kind, server: new ExternalMiddleware(kind, args, opts) };
  });
  return {
    endpoints: pulumi.all(servers.map(({ server }) => server.endpoint)),
    credentials: pulumi.output(
      Object.fromEntries(
        servers.map(({ kind, server: { username, password } }) => [kind, { username, password }]),
      ),
    ),
  };
}
