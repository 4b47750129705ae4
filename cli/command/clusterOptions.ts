import { anyText, optional, required } from "./option.ts";
import type { ValueOption } from "./option.ts";

/** Options of every command that asks a cluster, spelled as kubectl spells them. */
export function clusterOptions(namespaceOf: string): {
  namespace: ValueOption<string, true>;
  context: ValueOption<string, false>;
} {
  return {
    namespace: required("NAMESPACE", `namespace of ${namespaceOf}`, anyText, "n"),
    context: optional("CONTEXT", "context of the kubeconfig (default: its current one)", anyText),
  };
}
