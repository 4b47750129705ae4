import assert from "node:assert/strict";
import { check } from "../../../cli/preflight/checks.ts";
import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import type { Kubectl } from "../../../cli/cluster/kubectl.ts";
import type { PreflightWorld } from "../../../cli/preflight/checks.ts";
import type { DockerAnswer } from "../../../cli/cluster/docker.ts";
import type { Deployment, WebhookConfiguration } from "../../../cli/preflight/istio.ts";
import type { PreflightRequest } from "../../../model/requests.ts";

export const OWNER = "ann@laptop/01234567";

export const REQUEST: PreflightRequest = {
  namespace: "istio-idle-timeout-dev",
  owner: OWNER,
  context: "kind-mesh",
  injectionLabels: { "istio-injection": "enabled" },
  podLabels: { "sidecar.istio.io/inject": "true" },
  timeout: "default",
  path: "passthrough",
  remedy: "envoyFilter",
  timelapse: false,
  repository: "localhost:5000/istio-idle-timeout-probe",
  images: { baseImage: "node:22-slim", redisImage: "redis:7" },
};

/** Istio's webhooks as `istioctl install` makes them for a revision, the default one or another. */
export function webhooks(revision: string, tag?: string): WebhookConfiguration {
  const service = {
    name: revision === "default" ? "istiod" : `istiod-${revision}`,
    namespace: "mesh",
  };
  const takes = tag ?? revision;
  const notRefused = {
    key: "sidecar.istio.io/inject",
    operator: "NotIn",
    values: ["false"],
  } as const;
  const without = (key: string) => ({ key, operator: "DoesNotExist" }) as const;
  const ofRevision = { key: "istio.io/rev", operator: "In", values: [takes] } as const;
  const enabled = { key: "istio-injection", operator: "In", values: ["enabled"] } as const;
  return {
    metadata: {
      name: `istio-sidecar-injector-${takes}`,
      labels: { "istio.io/rev": revision, ...(tag !== undefined && { "istio.io/tag": tag }) },
    },
    webhooks: [
      {
        name: "rev.namespace.sidecar-injector.istio.io",
        namespaceSelector: { matchExpressions: [ofRevision, without("istio-injection")] },
        objectSelector: { matchExpressions: [notRefused] },
        clientConfig: { service },
      },
      ...(takes === "default"
        ? [
            {
              name: "namespace.sidecar-injector.istio.io",
              namespaceSelector: { matchExpressions: [enabled] },
              objectSelector: { matchExpressions: [notRefused] },
              clientConfig: { service },
            },
          ]
        : []),
    ],
  };
}

export function istiod(image: string, changes: Partial<Deployment["metadata"]> = {}): Deployment {
  return {
    metadata: {
      name: "istiod",
      namespace: "mesh",
      labels: { "istio.io/rev": "default" },
      ...changes,
    },
    spec: { template: { spec: { containers: [{ image }] } } },
    status: { availableReplicas: 1 },
  };
}

/** A cluster and a Docker daemon in which nothing is in the way, until a test puts something there. */
export class FakePreflightWorld implements PreflightWorld {
  clientVersion = "v1.34.4";
  contexts = ["kind-mesh", "staging"];
  /** `verb resource` that are not allowed. */
  denied: string[] = [];
  namespace: object | undefined;
  webhooks: WebhookConfiguration[] = [webhooks("default")];
  controlPlanes: Deployment[] = [istiod("docker.io/istio/pilot:1.30.2")];
  nodes = [process.arch === "x64" ? "linux/amd64" : `linux/${process.arch}`];
  /** What kubectl says instead, for a command this matches. */
  failure: (command: string) => string | undefined = () => undefined;
  readonly commands: string[] = [];

  dockers: PreflightWorld["dockers"] = [{ name: "unix:///d", address: { socketPath: "/d" } }];
  /** Docker's answers by path; everything else is there. */
  answers: Record<string, DockerAnswer | Error> = {};

  readonly kubectl: Kubectl = (args, { input = "" } = {}) => {
    const command = args.join(" ");
    this.commands.push(command);
    const failure = this.failure(command);
    if (failure !== undefined) {
      return Promise.reject(new KubectlError(args, failure));
    }
    return Promise.resolve(this.answer(args, input));
  };

  private answer(args: readonly string[], input: string): string {
    const [verb, kind] = args;
    if (verb === "version") {
      return JSON.stringify({ clientVersion: { gitVersion: this.clientVersion } });
    }
    if (verb === "config") {
      return this.contexts.map((name) => `${name}\n`).join("");
    }
    if (verb === "create") {
      const { items } = JSON.parse(input) as { items: Review[] };
      return items
        .map(({ spec }) => `${String(!this.isDenied(spec.resourceAttributes))}\n`)
        .join("");
    }
    switch (kind) {
      case "--raw":
        return "{}";
      case "namespace":
        if (this.namespace === undefined) {
          throw new KubectlError(args, `Error from server (NotFound): namespaces not found`);
        }
        return JSON.stringify({ metadata: this.namespace });
      case "nodes":
        return this.nodes.map((node) => `${node}\n`).join("");
      case "mutatingwebhookconfigurations":
        return JSON.stringify({ items: this.webhooks });
      default:
        return JSON.stringify({ items: this.controlPlanes });
    }
  }

  private isDenied({ verb, resource, subresource }: Review["spec"]["resourceAttributes"]): boolean {
    const name = subresource === undefined ? resource : `${resource}/${subresource}`;
    return this.denied.includes(`${verb} ${name}`);
  }

  readonly dockerAt = () => (path: string) => {
    const answer = this.answers[path] ?? { status: 200, body: "{}" };
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
}

interface Review {
  spec: { resourceAttributes: { verb: string; resource: string; subresource?: string } };
}

export const FORBIDDEN = 'Error from server (Forbidden): User "ann" cannot list resource';
/** Docker's path for the question about the probe's repository. */
export const REPOSITORY = "/distribution/localhost:5000/istio-idle-timeout-probe/json";

/** Docker's answer where it does not get to the registry. */
export function unreachable(message: string) {
  return { status: 500, body: JSON.stringify({ message }) };
}

/** The preflight's problems, of one line each. */
export async function problemsIn(
  around: FakePreflightWorld,
  changes: Partial<PreflightRequest> = {},
): Promise<string[]> {
  const found = await check({ ...REQUEST, ...changes }, around);
  for (const line of found) {
    assert.doesNotMatch(line, /\n/);
  }
  return found;
}
