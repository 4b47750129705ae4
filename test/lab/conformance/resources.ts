import { join } from "node:path";
import { PAUSE_IMAGE } from "../../../lab/build/images.ts";
import type { Declared } from "./testStack.ts";
import { prefix } from "./workspace.ts";

/** The resources of the cases, of the types that the project's stack uses. */

type Options = NonNullable<Declared["options"]>;

export function command(
  properties: Record<string, unknown>,
  options: Options = {},
  name = "command",
): Declared {
  const outputs = ["stdout", "stderr"];
  return { name, type: "command:local:Command", properties, outputs, options };
}

export function namespace(metadata: Record<string, unknown>, options: Options = {}): Declared {
  return {
    name: "namespace",
    type: "kubernetes:core/v1:Namespace",
    properties: { apiVersion: "v1", kind: "Namespace", metadata },
    outputs: ["status"],
    options,
  };
}

/** Declares a filter that selects nothing, with these fields of the TCP proxy. */
export function envoyFilter(
  metadata: Record<string, unknown>,
  fields: Record<string, unknown>,
  options: Options = {},
): Declared {
  return {
    name: "filter",
    type: "kubernetes:networking.istio.io/v1alpha3:EnvoyFilter",
    properties: {
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "EnvoyFilter",
      metadata: { namespace: prefix, ...metadata },
      spec: {
        workloadSelector: { labels: { app: "nothing" } },
        configPatches: [
          {
            applyTo: "NETWORK_FILTER",
            match: {
              context: "SIDECAR_OUTBOUND",
              listener: {
                filterChain: { filter: { name: "envoy.filters.network.tcp_proxy" } },
              },
            },
            patch: {
              operation: "MERGE",
              value: {
                name: "envoy.filters.network.tcp_proxy",
                typed_config: {
                  "@type":
                    "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                  ...fields,
                },
              },
            },
          },
        ],
      },
    },
    options,
  };
}

export interface DeploymentArgs {
  name: string;
  app?: string;
  /** Without pods it is ready at once, the default. */
  replicas?: number;
  image?: string;
  labels?: Record<string, unknown>;
  /** Of the pods; the selector asks for `app` only. */
  podLabels?: Record<string, unknown>;
}

export function deployment(args: DeploymentArgs, options: Options = {}): Declared {
  const { name, app = "one", replicas = 0, image = PAUSE_IMAGE, labels, podLabels } = args;
  const matchLabels = { app: `${prefix}-${app}` };
  return {
    name: "deployment",
    type: "kubernetes:apps/v1:Deployment",
    properties: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace: prefix, ...(labels && { labels }) },
      spec: {
        replicas,
        strategy: { type: "Recreate" },
        selector: { matchLabels },
        template: {
          metadata: { labels: { ...matchLabels, ...podLabels } },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [{ name: "main", image, resources: { requests: { cpu: "0.001" } } }],
          },
        },
      },
    },
    outputs: ["status"],
    options,
  };
}

export function remoteImage(name: string): Declared {
  return {
    name: "image",
    type: "docker:index/remoteImage:RemoteImage",
    properties: { name, keepLocally: true },
    outputs: ["imageId", "repoDigest"],
  };
}

/** Declares a container of an image that waits and does nothing else. */
export function container(properties: Record<string, unknown>, options: Options = {}): Declared {
  return {
    name: "container",
    type: "docker:index/container:Container",
    properties: { image: PAUSE_IMAGE, ...properties },
    options,
  };
}

/** Declares an image built from the folder's Dockerfile, which gets an image to start from as `BASE_IMAGE`. */
export function image(imageName: string, context: string): Declared {
  return {
    name: "built",
    type: "docker:index/image:Image",
    properties: {
      imageName,
      build: {
        context,
        dockerfile: join(context, "Dockerfile"),
        args: { BASE_IMAGE: PAUSE_IMAGE },
        builderVersion: "BuilderV1",
      },
    },
    outputs: ["repoDigest"],
  };
}
