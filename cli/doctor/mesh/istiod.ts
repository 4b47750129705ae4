import { KubectlError } from "../../cluster/kubectl.ts";
import type { Reader } from "../../cluster/reader.ts";
import type { DynamicListener, Listener, ListenersDump } from "../../sidecar/envoyListener.ts";
import type { Mesh } from "./mesh.ts";
import { readSidecar } from "./sidecar.ts";

/**
 * Asks istiod which listeners it would send a pod's sidecar now: the one answer beside which the sidecar's own can be
 * called wrong (`ConfigDump` in `pilot/pkg/xds/debug.go`). It needs the right to exec into istiod.
 *
 * @returns undefined where it can't be asked.
 */
export async function askIstiod(
  reader: Reader,
  { pod, proxy }: Mesh,
): Promise<ListenersDump | undefined> {
  const { discoveryHost = "", istiodNamespace } = proxy ? readSidecar(proxy.info) : {};
  if (istiodNamespace === undefined) {
    return undefined;
  }
  const { name, namespace } = pod.metadata;
  const deployment = `deployment/${discoveryHost.split(".")[0] ?? ""}`;
  const path = `/debug/config_dump?proxyID=${name}.${namespace}`;
  const where = ["exec", "--namespace", istiodNamespace, deployment, "--container", "discovery"];
  try {
    const command = ["pilot-discovery", "request", "GET", path];
    return listenersIn(await reader.json([...where, "--", ...command]));
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    return undefined;
  }
}

interface IstiodDump {
  configs?: { dynamicListeners?: DynamicListener[] }[];
}

/** istiod writes fields in camel case, Envoy as they are named. */
function listenersIn(answer: unknown): ListenersDump {
  const { configs = [] } = answer as IstiodDump;
  const listeners = configs.flatMap(({ dynamicListeners = [] }) => dynamicListeners);
  return { configs: snakeCase(listeners) as DynamicListener[] };
}

function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(snakeCase);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value as Listener).map(([key, part]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    snakeCase(part),
  ]);
  return Object.fromEntries(entries);
}
