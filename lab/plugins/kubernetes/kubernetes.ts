import { messageOf } from "../shared/errors.ts";
import { isInternal } from "../shared/inputs.ts";
import type { CheckFailure, Provider } from "../shared/provider.ts";
import { equal } from "../shared/value.ts";
import type { PropertyMap, PropertyValue } from "../shared/value.ts";
import { Unreachable } from "./api.ts";
import { readClusterAccess } from "./kubeconfig.ts";
import type { ClusterAccess } from "./kubeconfig.ts";
import type { Cluster } from "./objects.ts";
import { kindOfToken } from "./object.ts";
import { Objects } from "./objects.ts";
import { KubeResource } from "./resource.ts";

/** Keys of configuration that are honoured. */
const KNOWN = ["context", "enablePatchForce", "kubeconfig", "upsertExistingObjects"];

/** Values of other keys that ask for nothing but what is done anyway. */
const HARMLESS: Record<string, PropertyValue> = {
  enableServerSideApply: "true",
  suppressDeprecationWarnings: "true",
  suppressHelmHookWarnings: "true",
};

/** Stands in for the official kubernetes plugin, for the kinds of objects of this project's stacks. */
export function kubernetesProvider(): Provider {
  let cluster: Cluster | undefined;
  /** Reason why there is no cluster, told once one is needed: a program may configure one and not use it. */
  let failure: unknown;
  const configured = (): Cluster => {
    if (cluster) {
      return cluster;
    }
    throw failure instanceof Error ? failure : new Error("the provider is not configured");
  };

  return {
    name: "kubernetes",
    checkConfig,

    async diffConfig(olds, news) {
      const [before, after] = await Promise.all([accessOf(olds), accessOf(news)]);
      if (!before || !after || sameCluster(before, after)) {
        return [];
      }
      return ["kubeconfig", "context"].filter((key) => !equal(olds[key], news[key]));
    },

    async configure({ kubeconfig, context, ...switches }) {
      cluster = undefined;
      try {
        const access = await readClusterAccess({ kubeconfig, context });
        cluster = {
          objects: new Objects(access),
          namespace: access.namespace,
          upsert: switches.upsertExistingObjects === "true",
          patchForce: switches.enablePatchForce === "true",
        };
      } catch (error) {
        failure = new Unreachable(
          "unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n" +
            " \t • set up the provider as per " +
            "https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/" +
            ` \n\n ${messageOf(error)}`,
          error,
        );
      }
    },

    resourceType(token) {
      const kind = kindOfToken(token);
      return kind && new KubeResource(kind, configured);
    },
  };
}

function checkConfig(config: PropertyMap): CheckFailure[] {
  return Object.entries(config)
    .filter(([key, value]) => {
      const harmless = value === "false" || value === null || value === HARMLESS[key];
      return !KNOWN.includes(key) && !isInternal(key) && !harmless;
    })
    .map(([property]) => ({
      property,
      reason: `the lab's kubernetes plugin doesn't offer "${property}", only ${KNOWN.join(", ")}`,
    }));
}

async function accessOf(config: PropertyMap): Promise<ClusterAccess | undefined> {
  const text = (value: PropertyValue | undefined): string | undefined =>
    typeof value === "string" ? value : undefined;
  try {
    return await readClusterAccess({
      kubeconfig: text(config.kubeconfig),
      context: text(config.context),
    });
  } catch {
    return undefined;
  }
}

function sameCluster(left: ClusterAccess, right: ClusterAccess): boolean {
  return left.server === right.server && left.tls.ca === right.tls.ca;
}
