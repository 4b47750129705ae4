import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request as requestHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { SecureContextOptions } from "node:tls";
import type { LabPaths } from "../base/paths.ts";
import { API_PORT, KUBE_PROXY_PORT, KUBELET_PORT, REGISTRY_PORT } from "./identity.ts";

/** Answer of one part of a lab to the question whether it works. */
export interface Answer {
  /** Name of the service or other part. */
  of: string;
  ok: boolean;
  /** A few words, such as `ok`, or the reason why the part does not work. */
  says: string;
}

type TlsOptions = Pick<SecureContextOptions, "ca" | "cert" | "key">;

const ISTIOD = "istio-system/deployments/istiod";

/** Limit for an answer, in ms; a part that takes longer does not work. */
const LIMIT_MS = 3_000;

/**
 * Asks all parts of a running lab at once whether they work, since a process that is there says little. It
 * takes as long as the slowest answer.
 */
export function askAll(name: string, nodeAddress: string, paths: LabPaths): Promise<Answer[]> {
  const api = `https://${nodeAddress}:${API_PORT}`;
  const client = clientOf(paths);
  const questions: [of: string, ask: () => Promise<string>][] = [
    ["docker", () => ok(`http://docker/_ping`, { socketPath: join(paths.run, "docker.sock") })],
    ["registry", () => ok(`http://${nodeAddress}:${REGISTRY_PORT}/v2/`)],
    ["kube-apiserver", () => ok(`${api}/readyz`, client)],
    ["kubelet", () => ok(`https://${nodeAddress}:${KUBELET_PORT}/healthz`, client)],
    ["kube-proxy", () => ok(`http://${nodeAddress}:${KUBE_PROXY_PORT}/healthz`)],
    ["coredns", () => resolves(nodeAddress)],
    ["node", async () => nodeReady(await get(`${api}/api/v1/nodes/${name}`, client))],
    [
      "istiod",
      async () => available(await get(`${api}/apis/apps/v1/namespaces/${ISTIOD}`, client)),
    ],
  ];
  return Promise.all(
    questions.map(async ([of, ask]) => {
      try {
        return { of, ok: true, says: await ask() };
      } catch (error) {
        return { of, ok: false, says: reasonOf(error) };
      }
    }),
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const late = error.name === "AbortError" || error.name === "TimeoutError";
  return late ? `no answer within ${LIMIT_MS / 1_000} s` : error.message;
}

function clientOf({ pki }: LabPaths): TlsOptions {
  const file = (name: string): Buffer => readFileSync(join(pki, name));
  return { ca: file("ca.crt"), cert: file("admin.crt"), key: file("admin.key") };
}

async function ok(url: string, options: TlsOptions & RequestOptions = {}): Promise<string> {
  await get(url, options);
  return "ok";
}

async function get(url: string, options: TlsOptions & RequestOptions = {}): Promise<string> {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  const signal = AbortSignal.timeout(LIMIT_MS);
  const sent = request(url, { ...options, signal, agent: false }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode === 200) {
    return body;
  }
  // Kubernetes' health checks mark failures so.
  const failed = body.split("\n").filter((line) => line.startsWith("[-]"));
  throw new Error([`HTTP ${response.statusCode ?? ""}`, ...failed].join(" "));
}

async function resolves(server: string): Promise<string> {
  const resolver = new Resolver({ timeout: LIMIT_MS, tries: 1 });
  resolver.setServers([server]);
  await resolver.resolve4("kubernetes.default.svc.cluster.local");
  return "ok";
}

interface Conditions {
  status: { conditions: { type: string; status: string; reason: string }[] };
}

function nodeReady(node: string): string {
  const { status } = JSON.parse(node) as Conditions;
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") {
    throw new Error(`not Ready: ${ready?.reason ?? "no condition yet"}`);
  }
  return "ok";
}

function available(deployment: string): string {
  const { spec, status } = JSON.parse(deployment) as {
    spec: { replicas: number };
    status: { availableReplicas?: number };
  };
  const { availableReplicas = 0 } = status;
  const says = `${availableReplicas} of ${spec.replicas} available`;
  if (availableReplicas < spec.replicas) {
    throw new Error(says);
  }
  return says;
}
