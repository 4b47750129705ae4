import { formatEndpoint } from "../../model/endpoint.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import { askAdmin } from "../sidecar/admin.ts";
import type { ListenersDump } from "../sidecar/envoyListener.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { chooseChain, chooseListener } from "../sidecar/listenerMatch.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import { listenersPath, readPath } from "../sidecar/proxyConfig.ts";
import type { PathReading } from "../sidecar/proxyConfig.ts";
import type { ServerInfo } from "../sidecar/serverInfo.ts";
import { meshAddress, resolveAddresses } from "./traffic/address.ts";
import { examine } from "./traffic/carriage.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { DoctorError } from "./doctorError.ts";
import type { Workload } from "./sources/filterOrder.ts";
import type { Finding } from "./finding.ts";
import { bareAnnotations, bypassReason, readInterception } from "./traffic/interception.ts";
import { IstioLists } from "./sources/istioLists.ts";
import type { EnvoyFilterObject } from "./sources/istioObjects.ts";
import { hasSidecar, isAmbient, readPod } from "./pod.ts";
import type { DoctorPod } from "./pod.ts";
import { readSidecar } from "./sidecar.ts";

/** What is asked about. */
export interface Question {
  namespace: string;
  pod: string;
  endpoint: Endpoint;
}

/**
 * Finds out which idle timeout applies to connections from a pod to an endpoint, what sets it and what
 * can't work. Only looks.
 *
 * @param kubectl for the pod's namespace.
 * @throws DoctorError when nothing can be looked at.
 */
export async function diagnose(kubectl: Kubectl, question: Question): Promise<Diagnosis> {
  const { namespace, endpoint } = question;
  const pod = await readPod(kubectl, namespace, question.pod);
  const diagnosis: Diagnosis = {
    ...{ namespace, pod: question.pod, endpoint: formatEndpoint(endpoint), address: undefined },
    way: { kind: "past", reason: "the pod has no sidecar" },
    versions: undefined,
    findings: bareFindings(pod),
    unseen: [],
  };
  if (!hasSidecar(pod)) {
    return isAmbient(pod)
      ? { ...diagnosis, way: { kind: "other", reason: "ztunnel of an ambient mesh carries them" } }
      : diagnosis;
  }
  try {
    return await lookInside(kubectl, question, pod, diagnosis);
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    throw new DoctorError(
      `pod ${namespace}/${question.pod}: its sidecar can't be asked: ` +
        (error.forbidden
          ? "you may not exec into it; have an administrator apply docs/rbac.yaml and bind its role " +
            "istio-idle-timeout-doctor to you"
          : error.reason),
      { cause: error },
    );
  }
}

async function lookInside(
  kubectl: Kubectl,
  { namespace, endpoint }: Question,
  pod: DoctorPod,
  blank: Diagnosis,
): Promise<Diagnosis> {
  const { name, labels = {} } = pod.metadata;
  const lists = new IstioLists(kubectl);
  const ask = (path: string): Promise<unknown> => askAdmin(kubectl, name, path);
  const [info, dump, local] = await Promise.all([
    ask("server_info"),
    ask(listenersPath(endpoint.port)),
    lists.list<EnvoyFilterObject>("envoyfilters", namespace),
  ]);
  const sidecar = readSidecar(info as ServerInfo);
  const { rootNamespace, istioVersion, envoyVersion } = sidecar;
  const workload: Workload = { namespace, labels, rootNamespace };
  const { configs = [] } = dump as ListenersDump;

  const known = meshAddress(configs, endpoint, namespace);
  const [address, ...others] =
    known === undefined ? await resolveAddresses(kubectl, name, endpoint) : [known];
  const destination: Destination = { address, port: endpoint.port };
  const findings = [...blank.findings, ...otherAddresses(endpoint, address, others)];
  const versions = { istioVersion, envoyVersion };
  const diagnosis: Diagnosis = { ...blank, address, versions, findings, unseen: lists.unseen };

  const bypass = bypassReason(readInterception(pod), destination);
  if (bypass !== undefined) {
    return { ...diagnosis, way: { kind: "past", reason: bypass } };
  }
  const reading = tryRead(dump as ListenersDump, destination);
  const listener = chooseListener(configs, destination)?.active_state?.listener;
  if (!reading.settled || listener === undefined) {
    const reason = reading.settled ? "it has no listener for the endpoint" : reading.reason;
    return { ...diagnosis, way: { kind: "other", reason } };
  }

  const { chain } = chooseChain(listener, destination);
  const seen = { workload, endpoint, sidecar, listener, chain, reading, filters: local ?? [] };
  const { carriage, findings: found } = await examine(ask, lists, seen);
  findings.push(...found);
  return { ...diagnosis, way: { kind: "sidecar", carriage } };
}

/** Not settled either where the endpoint is carried by something without a TCP idle timeout. */
function tryRead(dump: ListenersDump, destination: Destination): PathReading {
  let reading;
  try {
    reading = readPath(dump, destination);
  } catch (error) {
    return { settled: false, reason: (error as Error).message };
  }
  return reading.settled
    ? reading
    : {
        settled: false,
        reason: `the sidecar is not ready: ${reading.reason}; look again in a few seconds`,
      };
}

function bareFindings(pod: DoctorPod): Finding[] {
  return bareAnnotations(pod).map(({ bare, right }) => ({
    subject: `annotation ${bare}`,
    problem: "nothing reads it without its prefix",
    remedy: `write ${right} in the workload's pod template`,
  }));
}

function otherAddresses({ host }: Endpoint, address: string, others: readonly string[]): Finding[] {
  return others.length === 0
    ? []
    : [
        {
          subject: host,
          problem: `the name has other addresses too (${others.join(", ")}), and ${address} is what was looked at`,
          remedy:
            "give the address the application connects to, where that may be carried otherwise",
        },
      ];
}
