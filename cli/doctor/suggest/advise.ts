import { formatDuration } from "../../../model/duration.ts";
import { BLACK_HOLE } from "../../../model/istio/wellKnown.ts";
import { isIP } from "node:net";
import { formatIdleTimeout } from "../../../report/text.ts";
import { awaitFirstBytes } from "../../sidecar/awaitFirstBytes.ts";
import { describeFinding } from "../findings/finding.ts";
import type { Diagnosis, Hop, Way } from "../diagnosis.ts";
import type { Asked } from "../judge.ts";
import type { Mesh } from "../mesh/mesh.ts";
import { readSidecar } from "../mesh/sidecar.ts";
import { explain } from "../sources/explain.ts";
import type { Side } from "../sources/explain.ts";
import { describeSource } from "../sources/settings.ts";
import { addressesOf } from "../traffic/address.ts";
import { serverSide } from "../traffic/behind.ts";
import { outboundView } from "../traffic/view.ts";
import type { Carried } from "../traffic/view.ts";
import type { Advice, Choice, ProxyAdvice } from "./advice.ts";
import { annotationChoice } from "./annotation.ts";
import { filterChoice } from "./filter.ts";
import type { Place } from "./place.ts";
import { ruleChoice } from "./rule.ts";
import { targetOf } from "./target.ts";

/**
 * Finds what can be applied so that the endpoint's idle connections live for the wanted time.
 *
 * @param diagnosis of the same mesh and question.
 * @param wantedMs 0 is never.
 */
export async function advise(
  mesh: Mesh,
  asked: Asked,
  diagnosis: Diagnosis,
  wantedMs: number,
): Promise<Advice> {
  const { way, address = "" } = diagnosis;
  const nothing = (reason: string, notes: string[] = []): Advice => ({
    ...{ idleTimeoutMs: wantedMs, proxies: [], nothing: reason, notes },
  });
  if (way.kind !== "sidecar" || mesh.proxy === undefined) {
    return nothing(
      way.kind === "past"
        ? `connections go past the sidecar, because ${way.reason}: no idle timeout of its own applies to them`
        : `no idle timeout of TCP can be set here: ${way.kind === "other" ? way.reason : ""}`,
    );
  }
  const sidecar = readSidecar(mesh.proxy.info);
  const destination = { address, port: asked.endpoint.port };
  const view = outboundView(mesh.proxy.listeners, destination, asked.client);
  if (view.kind !== "carried") {
    return nothing(view.reason);
  }
  if (view.effective.cluster === BLACK_HOLE) {
    return nothing("the mesh lets nothing out to hosts that it does not know; make the host known");
  }
  const context = sidecar.isGateway ? ("GATEWAY" as const) : ("SIDECAR_OUTBOUND" as const);
  const side = { context, pod: mesh.pod, sidecar, port: asked.endpoint.port };
  const proxies: ProxyAdvice[] = [];
  if (view.effective.idleTimeoutMs !== wantedMs) {
    proxies.push(await adviseClient(mesh, asked, side, view, wantedMs, address));
  }
  for (const hop of way.behind.filter((each) => closesBefore(each, wantedMs))) {
    proxies.push(...(await adviseServer(mesh, hop, wantedMs)));
  }
  const broken = diagnosis.findings.filter(({ severity }) => severity === "error");
  const notes = [
    ...broken.map((each) => `${each.code}: ${describeFinding(each)}; nothing helps before that`),
    ...notesOf(way, view, asked, wantedMs),
  ];
  return proxies.length === 0
    ? nothing(`it is ${formatIdleTimeout(wantedMs)} already`, notes)
    : { idleTimeoutMs: wantedMs, proxies, notes };
}

async function adviseClient(
  mesh: Mesh,
  { endpoint, client }: Asked,
  side: Side,
  view: Carried,
  wantedMs: number,
  address: string,
): Promise<ProxyAdvice> {
  const { setBy, rule } = explain(mesh, side, view);
  const dump = mesh.proxy?.listeners ?? {};
  const addresses = addressesOf(mesh, endpoint, side.sidecar, dump);
  const views = addresses.map((each) =>
    outboundView(dump, { address: each, port: endpoint.port }, client),
  );
  const names = views.flatMap((each) => (each.kind === "carried" ? each.listener.name : []));
  const target = targetOf(mesh.pod, mesh.workload);
  const place = { mesh, side, view, listeners: [...new Set(names)], setBy, target, wantedMs };
  const filter = filterChoice(place);
  const byRule = ruleChoice(place, rule, { endpoint, address });
  const byAnnotation = await annotationChoice(place);
  // A rule says what is meant, and a filter how a release happens to do it; only where the rule would catch every
  // address of a port is the filter the smaller change.
  const wide = typeof byRule !== "string" && byRule.objects.length > 1 && isIP(endpoint.host) === 0;
  const ordered = wide ? [filter, byRule, byAnnotation] : [byRule, filter, byAnnotation];
  return adviceOf(place, ordered);
}

async function adviseServer(mesh: Mesh, hop: Hop, wantedMs: number): Promise<ProxyAdvice[]> {
  const server = mesh.servers.find(
    ({ pod: { metadata } }) => metadata.name === hop.pod && metadata.namespace === hop.namespace,
  );
  const found = server && serverSide(server);
  if (found?.view.kind !== "carried") {
    return [];
  }
  const { side, view } = found;
  const { setBy } = explain(mesh, side, view);
  const listeners = [view.listener.name];
  const target = targetOf(side.pod);
  const place = { mesh, side, view, listeners, setBy, target, wantedMs };
  return [adviceOf(place, [filterChoice(place), await annotationChoice(place)])];
}

function adviceOf(place: Place, all: readonly (Choice | string)[]): ProxyAdvice {
  const { side, setBy, view } = place;
  const { namespace, name } = side.pod.metadata;
  const proxy = `${side.sidecar.isGateway ? "gateway" : "sidecar"} of pod ${namespace}/${name}`;
  if (view.overridden) {
    const setter = setBy === undefined ? "a filter of the chain" : describeSource(setBy);
    const reason = `${setter} gives each connection its timeout, before which nothing else counts: change the value there`;
    return { proxy, choices: [], unfit: [reason] };
  }
  const choices = all.filter((each) => typeof each !== "string");
  const unfit = all.filter((each) => typeof each === "string");
  return { proxy, choices, unfit };
}

/** Whether a proxy behind closes idle connections before the wanted time. */
function closesBefore({ effective }: Hop, wantedMs: number): boolean {
  const ms = effective?.idleTimeoutMs ?? 0;
  return ms > 0 && (wantedMs === 0 || ms < wantedMs);
}

function notesOf(
  { behind, carriage, others }: Extract<Way, { kind: "sidecar" }>,
  { listener }: Carried,
  { endpoint }: Asked,
  wantedMs: number,
): string[] {
  const { maxDurationMs = 0, setBy } = carriage;
  const unknown = behind.filter(({ effective }) => effective === undefined);
  return [
    ...(setBy === undefined
      ? [
          "what sets the timeout now is not explained by the objects looked at, so that it may also go before what is suggested here",
        ]
      : []),
    ...unknown.map(
      ({ namespace, pod }) =>
        `the timeout of the proxy of pod ${namespace}/${pod} behind is not known, and the smallest one counts`,
    ),
    ...(maxDurationMs > 0 && (wantedMs === 0 || maxDurationMs < wantedMs)
      ? [`max duration: the sidecar closes every connection after ${formatDuration(maxDurationMs)}`]
      : []),
    ...(awaitFirstBytes(listener, endpoint.port).length > 0
      ? ["a connection on which the client says nothing has no idle timeout here at all (IIT005)"]
      : []),
    ...others.map(({ connections }) => `${connections}: ask for these in a call of their own`),
  ];
}
