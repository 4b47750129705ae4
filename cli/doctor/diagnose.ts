import type { Endpoint } from "../../model/endpoint.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { adviseRole } from "../cluster/role.ts";
import { Reader } from "../cluster/reader.ts";
import { PLAIN } from "../sidecar/chainMatch.ts";
import type { Client } from "../sidecar/chainMatch.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { DoctorError } from "./doctorError.ts";
import { judge } from "./judge.ts";
import type { Asked } from "./judge.ts";
import { gather } from "./mesh/gather.ts";
import type { Look } from "./mesh/gather.ts";
import { askIstiod } from "./mesh/istiod.ts";
import type { Mesh } from "./mesh/mesh.ts";
import { readPod } from "./mesh/pod.ts";

/** The pod and endpoint that the user asks about. */
export interface Question {
  namespace: string;
  pod: string;
  endpoint: Endpoint;
  /** How the application speaks. @default plain TCP */
  client?: Client;
}

/**
 * Finds out which idle timeout applies to connections from a pod to an endpoint, what sets it and what
 * can't work. Only looks.
 *
 * @param kubectl for the pod's namespace.
 * @throws DoctorError when nothing can be looked at.
 */
export async function diagnose(kubectl: Kubectl, question: Question): Promise<Diagnosis> {
  return (await examine(kubectl, question)).diagnosis;
}

/** Diagnoses the same, and returns everything that was read beside it. */
export async function examine(
  kubectl: Kubectl,
  { namespace, pod, endpoint, client = PLAIN }: Question,
): Promise<{ mesh: Mesh; diagnosis: Diagnosis }> {
  const reader = new Reader(kubectl);
  const found = await readPod(reader, namespace, pod);
  try {
    const looks = await gather(reader, found, [{ endpoint, client }]);
    const [{ mesh }] = looks as [Look];
    return await answer(reader, mesh, { endpoint, client });
  } catch (error) {
    const reason = unaskedReason(error);
    throw new DoctorError(`pod ${namespace}/${pod}: ${reason}`, { cause: error });
  }
}

/** Answers from what was gathered; where nothing explains the timeout, istiod is asked as well. */
export async function answer(
  reader: Reader,
  mesh: Mesh,
  asked: Asked,
): Promise<{ mesh: Mesh; diagnosis: Diagnosis }> {
  const diagnosis = judge(mesh, asked);
  if (!diagnosis.findings.some(({ code }) => code === "IIT060")) {
    return { mesh, diagnosis };
  }
  // Only istiod can tell whether the timeout is what it sends.
  const istiod = await askIstiod(reader, mesh);
  const told = istiod === undefined ? mesh : { ...mesh, istiod };
  return { mesh: told, diagnosis: judge(told, asked) };
}

/**
 * Tells why a pod's sidecar could not be asked.
 *
 * @throws whatever is no answer of kubectl's.
 */
export function unaskedReason(error: unknown): string {
  if (!(error instanceof KubectlError)) {
    throw error;
  }
  const why = error.forbidden ? `you may not exec into it; ${adviseRole()}` : error.reason;
  return `its sidecar can't be asked: ${why}`;
}
