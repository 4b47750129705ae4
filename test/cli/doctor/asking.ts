/** The doctor asked about pod shop/web-0 of a fake mesh, for the specs of its parts. */
import assert from "node:assert/strict";
import { diagnose } from "../../../cli/doctor/diagnose.ts";
import type { Carriage, Diagnosis } from "../../../cli/doctor/diagnosis.ts";
import { describeFinding } from "../../../cli/doctor/findings/finding.ts";
import { describeSource } from "../../../cli/doctor/sources/settings.ts";
import { parseEndpoint } from "../../../model/endpoint.ts";
import { address, dump, dynamicListener, tcpProxy, virtualOutbound } from "../listeners.ts";
import { FakeMesh } from "./fakeMesh.ts";

/** kubectl's answer to who may not look. */
export const FORBIDDEN = "Error from server (Forbidden): no";
/** Host of the endpoint, where the mesh knows it. */
export const HOST = "redis.example.com";
export const CLUSTER = `outbound|6379||${HOST}`;

/** Gives every test of the surrounding `describe` a fake mesh of its own, and ways to ask about it. */

export function askingDoctor() {
  const doctor = { mesh: new FakeMesh() };

  beforeEach(() => {
    doctor.mesh = new FakeMesh();
  });

  const ask = (endpoint = "10.0.0.5:6379"): Promise<Diagnosis> =>
    diagnose(doctor.mesh.kubectl, {
      namespace: "shop",
      pod: "web-0",
      endpoint: parseEndpoint(endpoint),
    });

  const carriageTo = async (endpoint?: string): Promise<Carriage> => {
    const { way } = await ask(endpoint);
    assert.ok(way.kind === "sidecar", JSON.stringify(way));
    return way.carriage;
  };

  const setBy = async (endpoint?: string): Promise<string | undefined> => {
    const source = (await carriageTo(endpoint)).setBy;
    return source && describeSource(source);
  };

  const findings = async (endpoint?: string): Promise<string[]> =>
    (await ask(endpoint)).findings.map(describeFinding);

  const apply = (idle_timeout?: string): void => {
    doctor.mesh.listeners = dump(
      virtualOutbound(idle_timeout === undefined ? {} : { idle_timeout }),
    );
  };

  /** A listener and a cluster of the endpoint's own, with a DestinationRule that istiod chose. */
  const makeKnown = (idle_timeout: string, chosen = "shop/redis", ip = "10.0.0.5"): void => {
    const listener = {
      name: `${ip}_6379`,
      address: address(ip, 6379),
      filter_chains: [{ filters: [tcpProxy({ idle_timeout, cluster: CLUSTER })] }],
    };
    doctor.mesh.listeners = dump(dynamicListener(listener), virtualOutbound());
    const [namespace, name] = chosen.split("/");
    const config = `/apis/networking.istio.io/v1/namespaces/${namespace}/destination-rule/${name}`;
    doctor.mesh.cluster = { metadata: { filter_metadata: { istio: { config } } } };
  };
  return Object.assign(doctor, { ask, carriageTo, setBy, findings, apply, makeKnown });
}
