import * as pulumi from "@pulumi/pulumi";
import { CONFIG_KEYS } from "./keys.ts";

/** The part of Pulumi's runtime that tells secrets; its type declarations leave it out. */
const runtime = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };

/**
 * Picks a project's own keys out of the whole configuration and takes the namespace off them. Warns of every password
 * that stands in plain text in the stack file. (A key that Pulumi.yaml declares as secret could have no default, and
 * so would be required.)
 */
export function projectConfig(project: string): Record<string, string> {
  const prefix = `${project}:`;
  const config = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
  for (const [key, { secret }] of Object.entries(CONFIG_KEYS)) {
    if (secret && config[key] && !runtime.isConfigSecret(prefix + key)) {
      void pulumi.log.warn(
        `${key} stands in plain text in the stack file; encrypt it: pulumi config set --secret ${key}`,
      );
    }
  }
  return config;
}
