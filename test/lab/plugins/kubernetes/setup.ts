import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PropertyMap } from "../../../../lab/plugins/shared/value.ts";
import { Plugin } from "../harness.ts";
import { FakeApiServer, rolledOut } from "./fakeApiServer.ts";

/** Prints the configuration it is given, or fails as kubectl does for a context it can't find. */
const KUBECTL = `#!/bin/sh
echo "$KUBECONFIG|$*" >> "$STUB_FOLDER/calls"
case "$*" in *--context=missing*) echo "error: cannot locate context missing" >&2; exit 1;; esac
cat "$STUB_FOLDER/config.json"
`;

export const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
export const FILTERS = "/apis/networking.istio.io/v1alpha3/namespaces/default/envoyfilters";

const URN = "urn:pulumi:stack::project::kubernetes:";
export const NAMESPACE = `${URN}core/v1:Namespace::mesh`;
export const DEPLOYMENT = `${URN}apps/v1:Deployment::web`;
export const FILTER = `${URN}networking.istio.io/v1alpha3:EnvoyFilter::idle`;
/** Of a kind that the server has no definition of. */
export const UNDEFINED_KIND = `${URN}networking.istio.io/v1:Thing::x`;

/** The kubernetes plugin, configured for an API server of the case's own by a stub of kubectl. */
export class KubernetesSetup {
  plugin!: Plugin;
  server!: FakeApiServer;
  folder!: string;

  /** Variables for a plugin that the case starts itself. */
  env(): Record<string, string> {
    return {
      PATH: `${this.folder}:${process.env.PATH}`,
      STUB_FOLDER: this.folder,
      KUBECONFIG: "/from/environment",
    };
  }

  /** Makes kubectl print a configuration with this server and user. */
  writeConfig(url: string, user: object = { token: "t0ken" }): void {
    const config = {
      clusters: [{ cluster: { server: url } }],
      contexts: [{ context: {} }],
      users: [{ name: "admin", user }],
    };
    writeFileSync(join(this.folder, "config.json"), JSON.stringify(config));
  }

  /** Value of KUBECONFIG and arguments in the last call of kubectl. */
  lastCall(): string {
    return readFileSync(join(this.folder, "calls"), "utf8").trim().split("\n").at(-1) ?? "";
  }

  /** Creates a Deployment whose rollout succeeds. */
  async createDeployment(inputs = deployment()): ReturnType<Plugin["create"]> {
    const created = this.plugin.create(DEPLOYMENT, inputs);
    await this.server.untilWatched("web");
    this.server.edit(`${DEPLOYMENTS}/web`, rolledOut);
    return created;
  }
}

/** Starts the plugin for the suite that calls it, and an API server for each case. */
export function withKubernetes(): KubernetesSetup {
  const setup = new KubernetesSetup();

  before(async () => {
    setup.folder = mkdtempSync(join(tmpdir(), "kubernetes-"));
    writeFileSync(join(setup.folder, "kubectl"), KUBECTL);
    chmodSync(join(setup.folder, "kubectl"), 0o755);
    setup.plugin = await Plugin.start("kubernetes", setup.env());
  });

  after(async () => {
    await setup.plugin.stop();
    rmSync(setup.folder, { recursive: true });
  });

  beforeEach(async () => {
    setup.server = new FakeApiServer();
    setup.writeConfig(await setup.server.start());
    await setup.plugin.configure({});
    setup.plugin.logged.length = 0;
  });

  afterEach(() => {
    setup.server.stop();
  });

  return setup;
}

export function filter(idleTimeout = "10s", metadata: PropertyMap = {}): PropertyMap {
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: "idle", namespace: "default", ...metadata },
    spec: { patch: { idle_timeout: idleTimeout } },
  };
}

export function deployment(spec: PropertyMap = {}, metadata: PropertyMap = {}): PropertyMap {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default", ...metadata },
    spec: { selector: { matchLabels: { app: "web" } }, template: { spec: {} }, ...spec },
  };
}

export function metadataOf(properties: PropertyMap): PropertyMap {
  return properties.metadata as PropertyMap;
}
