import * as docker from "@pulumi/docker";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { sameFieldManager } from "./fieldManager.ts";

/**
 * Declares the stack's own providers. Kubeconfig and Docker host are the ambient ones, as for kubectl and docker.
 * Nothing in the cluster or in Docker comes before its provider, and so nothing comes before the preflight.
 *
 * @param kubeContext context of the kubeconfig; undefined is its current one.
 * @param ready resolves once the preflight has found no problem.
 * @returns options for components with objects in the cluster or in Docker.
 */
export function stackProviders(
  kubeContext: string | undefined,
  ready: pulumi.Input<pulumi.Resource[]>,
): pulumi.ComponentResourceOptions {
  return {
    providers: {
      kubernetes: new kubernetes.Provider(
        "cluster",
        {
          ...(kubeContext !== undefined && { context: kubeContext }),
          // An update that was killed leaves objects that its state does not know. They are taken over, whatever
          // is in them: the preflight has seen that the namespace is this stack's own.
          upsertExistingObjects: true,
          enablePatchForce: true,
        },
        { dependsOn: ready },
      ),
      docker: new docker.Provider("docker-daemon", {}, { dependsOn: ready }),
    },
    transformations: [sameFieldManager],
  };
}
