import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export interface RegistryLogin {
  username: string;
  password: string;
}

/** The server name under which Docker Hub's login is kept for historical reasons. */
const DOCKER_HUB = "https://index.docker.io/v1/";

/** Logins to registries: those of the provider's configuration, then those of `docker login`. */
export class Credentials {
  readonly #configured: ReadonlyMap<string, RegistryLogin>;

  /** @param registryAuth the provider's `registryAuth`, a JSON list */
  constructor(registryAuth: string | undefined) {
    const entries = JSON.parse(registryAuth ?? "[]") as (RegistryLogin & { address: string })[];
    this.#configured = new Map(
      entries.map(({ address, username, password }) => [hostOf(address), { username, password }]),
    );
  }

  /** @returns the value of `X-Registry-Auth` for a registry; a login that says nothing if none */
  header(registry: string, login?: RegistryLogin): Record<string, string> {
    const chosen = login ?? this.#configured.get(registry) ?? fromDockerConfig(registry);
    const auth = chosen ? { ...chosen, serveraddress: registry } : {};
    return { "x-registry-auth": Buffer.from(JSON.stringify(auth)).toString("base64url") };
  }
}

function fromDockerConfig(registry: string): RegistryLogin | undefined {
  const folder = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  let auths: Record<string, { auth?: string }>;
  try {
    const config = readFileSync(join(folder, "config.json"), "utf8");
    auths = (JSON.parse(config) as { auths?: typeof auths }).auths ?? {};
  } catch {
    return undefined; // Nobody has logged in on this machine.
  }
  const key = registry === "docker.io" ? DOCKER_HUB : registry;
  const encoded = auths[key]?.auth ?? auths[`https://${registry}`]?.auth;
  if (!encoded) {
    return undefined;
  }
  const [username = "", ...password] = Buffer.from(encoded, "base64").toString().split(":");
  return { username, password: password.join(":") };
}

function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}
