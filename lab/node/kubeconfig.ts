import { readFileSync } from "node:fs";
import { join } from "node:path";
import { API_PORT } from "./identity.ts";
import type { NodeIdentity } from "./identity.ts";

/** Makes a kubeconfig with the certificates inside, so that it is one file that can be handed on. */
export function kubeconfig(pki: string, user: string, node: NodeIdentity): object {
  const data = (name: string): string => readFileSync(join(pki, name)).toString("base64");
  const name = `lab-${node.name}`;
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: `https://${node.address}:${API_PORT}`,
          "certificate-authority-data": data("ca.crt"),
        },
      },
    ],
    users: [
      {
        name: user,
        user: {
          "client-certificate-data": data(`${user}.crt`),
          "client-key-data": data(`${user}.key`),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user } }],
  };
}
