import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { injectionLabels, OWNER_KEY } from "../../model/istio/labels.ts";

export interface MeshNamespaceArgs {
  /** Name of the namespace in the cluster; a DNS label. */
  namespace: pulumi.Input<string>;
  /**
   * Revision or tag of the Istio control plane whose sidecar is injected.
   * @default the mesh's default one
   */
  revision?: string | undefined;
  /** Owner id written to the namespace. */
  owner: pulumi.Input<string>;
}

/**
 * Creates the stack's own namespace, in which Istio injects its sidecar into pods. Mesh configuration in it reaches no
 * other namespace.
 */
export class MeshNamespace extends pulumi.ComponentResource {
  /** Name of the namespace, known once it exists. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: MeshNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:MeshNamespace", name, {}, opts);

    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: args.namespace,
          labels: injectionLabels(args.revision),
          annotations: { [OWNER_KEY]: args.owner },
        },
      },
      { parent: this, customTimeouts: { create: "1m", delete: "3m" } },
    );

    this.namespace = namespace.metadata.name;
    this.registerOutputs({ namespace: this.namespace });
  }
}
