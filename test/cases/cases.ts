/** Situations of real meshes: objects, questions to the doctor about them, and the right answers. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Asked } from "../../cli/doctor/judge.ts";
import { endToEndMs } from "../../cli/doctor/diagnosis.ts";
import type { Diagnosis, Hop, OtherWay } from "../../cli/doctor/diagnosis.ts";
import { describeObject } from "../../cli/doctor/findings/finding.ts";
import type { Mesh } from "../../cli/doctor/mesh/mesh.ts";
import { describeSource } from "../../cli/doctor/sources/settings.ts";
import type { Source } from "../../cli/doctor/sources/settings.ts";
import { parseEndpoint } from "../../model/endpoint.ts";
import { formatIdleTimeout } from "../../report/text.ts";

/** In the order in which they are told; what is absent of a right answer is not asked for. */
export interface Answer {
  way: Diagnosis["way"]["kind"];
  /** Words of it. */
  reason?: string;
  idleTimeout?: string;
  setBy?: string;
  cluster?: string;
  behind?: string[];
  endToEnd?: string;
  others?: string[];
  /** All of them: a code, and the object where there is one. */
  findings: string[];
}

export interface CaseQuestion {
  /** A name, or a label selector. */
  pod: string;
  endpoint: string;
  tls?: boolean;
  sni?: string;
  answer: Answer;
}

export interface Case {
  folder: string;
  /** Namespace of its objects, `doctor-NN`. */
  namespace: string;
  questions: CaseQuestion[];
  /** What was looked at on a real mesh, question by question; empty until it is recorded. */
  recorded: Mesh[];
}

const ROOT = __dirname;

export const CASES: readonly Case[] = readdirSync(ROOT)
  .filter((name) => existsSync(join(ROOT, name, "questions.json")))
  .map((name) => ({
    folder: join(ROOT, name),
    namespace: `doctor-${name.slice(0, 2)}`,
    questions: read<CaseQuestion[]>(join(ROOT, name, "questions.json")),
    recorded: read<Mesh[]>(recording(join(ROOT, name)), []),
  }));

export function recording(folder: string): string {
  return join(folder, "recorded.json");
}

export function askedBy({ endpoint, tls = false, sni }: CaseQuestion): Asked {
  const client =
    tls || sni !== undefined ? ({ tls: true, sni } as const) : ({ tls: false } as const);
  return { endpoint: parseEndpoint(endpoint), client };
}

export function describeQuestion({ pod, endpoint, tls, sni }: CaseQuestion): string {
  return `${pod} to ${endpoint}${tls === true ? " with TLS" : ""}${sni === undefined ? "" : ` with TLS for ${sni}`}`;
}

/** A diagnosis in the words of the right answer. */
export function answerOf({ way, findings }: Diagnosis, wanted: Answer): Answer {
  const told = {
    way: way.kind,
    findings: findings.map(({ code, object }) =>
      object === undefined ? code : `${code} ${describeObject(object)}`,
    ),
  };
  if (way.kind !== "sidecar") {
    const { reason = "" } = wanted;
    return { ...told, reason: way.reason.includes(reason) ? reason : way.reason };
  }
  const { carriage, behind, others } = way;
  const ms = endToEndMs(carriage, behind);
  const more = {
    behind: behind.map(hopText),
    endToEnd: ms === undefined ? "unknown" : formatIdleTimeout(ms),
    others: others.map(otherText),
  };
  return {
    ...told,
    idleTimeout: formatIdleTimeout(carriage.effective.idleTimeoutMs),
    setBy: sourceText(carriage.setBy),
    cluster: carriage.effective.cluster,
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key in wanted)),
  };
}

function hopText({ kind, namespace, pod, effective, setBy }: Hop): string {
  const ms = effective?.idleTimeoutMs;
  return `${kind} ${namespace}/${pod}: ${ms === undefined ? "unknown" : formatIdleTimeout(ms)}, ${sourceText(setBy)}`;
}

function otherText({ connections, effective, setBy }: OtherWay): string {
  const ms = effective?.idleTimeoutMs;
  return `${connections}: ${ms === undefined ? "unknown" : formatIdleTimeout(ms)}, ${sourceText(setBy)}`;
}

function sourceText(source: Source | undefined): string {
  return source === undefined ? "unknown" : describeSource(source);
}

function read<T>(file: string, fallback?: T): T {
  return !existsSync(file) && fallback !== undefined
    ? fallback
    : (JSON.parse(readFileSync(file, "utf8")) as T);
}
