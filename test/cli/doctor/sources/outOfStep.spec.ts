import assert from "node:assert/strict";
import { describeFinding } from "../../../../cli/doctor/findings/finding.ts";
import { askingDoctor } from "../asking.ts";
import { idleFilter } from "../fakeMesh.ts";

/** istiod's answer, whose fields are in camel case. */
function istiodDump(idleTimeout: string): string {
  const type = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
  const typedConfig = { "@type": type, cluster: "PassthroughCluster", idleTimeout };
  const filters = [{ name: "envoy.filters.network.tcp_proxy", typedConfig }];
  const listener = { name: "virtualOutbound", filterChains: [{ name: "catchall", filters }] };
  const dynamicListeners = [{ name: "virtualOutbound", activeState: { listener } }];
  return JSON.stringify({ configs: [{ dynamicListeners }] });
}

describe("a timeout that the objects don't explain", () => {
  const doctor = askingDoctor();
  const { ask, setBy, findings, apply } = doctor;

  const LOOKED_AT = "(1 EnvoyFilter, 0 DestinationRule, 0 ServiceEntry, 0 Sidecar, 0 ProxyConfig)";
  const UNEXPLAINED =
    "the 20s that the sidecar applies is not explained by the objects looked at, which add up to EnvoyFilter " +
    `shop/ten (10s) ${LOOKED_AT}`;

  beforeEach(() => {
    apply("20s");
    doctor.mesh.filters = [idleFilter("shop/ten", "10s")];
  });

  it("without a word against istiod, which could not be asked", async () => {
    assert.equal(await setBy(), undefined);
    assert.deepEqual(await findings(), [
      `${UNEXPLAINED}; look at what could not be looked at here; istiod could not be asked what it sends this ` +
        "sidecar",
    ]);
  });

  it("nor where istiod sends just that", async () => {
    doctor.mesh.istiod = istiodDump("20s");
    assert.deepEqual(await findings(), [
      `${UNEXPLAINED}; istiod's own answer for this sidecar is the same; look for an object that is not listed ` +
        "here, or a setting of istiod itself",
    ]);
  });

  it("but where istiod itself sends another", async () => {
    doctor.mesh.istiod = istiodDump("10s");
    const { findings: found } = await ask();
    assert.deepEqual(
      found.map(({ code }) => code),
      ["IIT061"],
    );
    assert.deepEqual(found.map(describeFinding), [
      "the sidecar applies 20s, and istiod's own answer for it is another (10s); look again in a few seconds; " +
        "if it stays so, see istioctl proxy-status and istiod's log",
    ]);
  });

  it("and names a filter of which it can't be told whether it has an effect", async () => {
    doctor.mesh.filters[0]!.spec!.configPatches![0]!.match!.proxy = { proxyVersion: "^1[.](?!29)" };
    assert.deepEqual(await findings(), [
      "the 20s that the sidecar applies is not explained by the objects looked at, which set no idle timeout " +
        `${LOOKED_AT}; whether EnvoyFilter shop/ten has an effect could not be told; look at what could not be ` +
        "looked at here; istiod could not be asked what it sends this sidecar",
    ]);
  });
});
