import { askJson, KubectlError } from "../../cluster/kubectl.ts";
import type { Kubectl } from "../../cluster/kubectl.ts";

/** Lists Istio's objects as far as the user may look at them. */
export class IstioLists {
  /** What could not be looked at and why, in words. */
  readonly unseen: string[] = [];

  constructor(private readonly kubectl: Kubectl) {}

  /** @returns undefined where the user may not look. */
  async list<T>(
    resource: "envoyfilters" | "destinationrules",
    namespace: string,
  ): Promise<T[] | undefined> {
    const kind = `${resource}.networking.istio.io`;
    const where = ["--namespace", namespace, "--output", "json"];
    try {
      const { items } = (await askJson(this.kubectl, ["get", kind, ...where])) as { items: T[] };
      return items;
    } catch (error) {
      if (!(error instanceof KubectlError)) {
        throw error;
      }
      const why = error.forbidden ? "you may not list them" : error.reason;
      this.unseen.push(`${resource} in namespace ${namespace} (${why})`);
      return undefined;
    }
  }
}
