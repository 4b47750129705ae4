/** Advice about pod shop/web-0 of a fake mesh. */
import { examine } from "../../../../cli/doctor/diagnose.ts";
import { advise } from "../../../../cli/doctor/suggest/advise.ts";
import type { Advice, Choice, Manifest } from "../../../../cli/doctor/suggest/advice.ts";
import { PLAIN } from "../../../../cli/sidecar/chainMatch.ts";
import { parseDuration } from "../../../../model/duration.ts";
import { parseEndpoint } from "../../../../model/endpoint.ts";
import type { FakeMesh } from "../fakeMesh.ts";

export async function adviceOf(
  { kubectl }: FakeMesh,
  wanted = "24h",
  endpoint = "10.0.0.5:6379",
): Promise<Advice> {
  const asked = { endpoint: parseEndpoint(endpoint), client: PLAIN };
  const question = { namespace: "shop", pod: "web-0", ...asked };
  const { mesh, diagnosis } = await examine(kubectl, question);
  return advise(mesh, asked, diagnosis, parseDuration(wanted));
}

/** Choices for the first proxy, by preference. */
export function choicesOf({ proxies }: Advice): Choice[] {
  return proxies[0]?.choices ?? [];
}

/** `DestinationRule: ServiceEntry a, DestinationRule b`. */
export function outline(advice: Advice): string[] {
  const name = ({ kind, metadata }: Manifest): string =>
    `${kind} ${metadata.namespace}/${metadata.name}`;
  return choicesOf(advice).map(
    ({ means, objects, patch }) =>
      `${means}: ${[...objects.map(name), ...(patch ? [patch.command.slice(0, 33)] : [])].join(", ")}`,
  );
}

/** Checks manifests against the schemas of Istio's own CRDs. */
export async function validate(manifests: readonly Manifest[]): Promise<void> {
  const { DestinationRule, ServiceEntry } =
    await import("@kubernetes-models/istio/networking.istio.io/v1");
  const { EnvoyFilter } = await import("@kubernetes-models/istio/networking.istio.io/v1alpha3");
  const kinds = { DestinationRule, EnvoyFilter, ServiceEntry };
  for (const { kind, metadata, spec } of manifests) {
    const Model = kinds[kind as keyof typeof kinds];
    new Model({ metadata, spec: spec as never }).validate();
  }
}
