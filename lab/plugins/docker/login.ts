import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

interface RegistryLogin {
  username: string;
  password: string;
}

/** Server name under which `docker login` keeps Docker Hub's login, for historical reasons. */
const DOCKER_HUB = "https://index.docker.io/v1/";

/**
 * Makes the header with the login that `docker login` left for a registry. Where it left none, the header says
 * nothing, since the daemon refuses a push without one.
 */
export function loginHeader(registry: string): Record<string, string> {
  const login = readLogin(registry);
  const auth = login ? { ...login, serveraddress: registry } : {};
  return { "x-registry-auth": Buffer.from(JSON.stringify(auth)).toString("base64url") };
}

function readLogin(registry: string): RegistryLogin | undefined {
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
