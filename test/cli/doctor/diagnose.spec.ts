import assert from "node:assert/strict";
import { describeFinding } from "../../../cli/doctor/findings/finding.ts";
import {
  address,
  dump,
  dynamicListener,
  httpConnectionManager,
  tcpProxy,
  virtualOutbound,
} from "../listeners.ts";
import { askingDoctor, FORBIDDEN, HOST } from "./asking.ts";

describe("the doctor", () => {
  const doctor = askingDoctor();
  const { ask, setBy, apply, makeKnown } = doctor;

  describe("finds no idle timeout", () => {
    it("in a pod without a sidecar", async () => {
      doctor.mesh.containers = ["web"];
      assert.deepEqual((await ask()).way, { kind: "past", reason: "the pod has no sidecar" });
    });

    it("in a pod of an ambient mesh", async () => {
      doctor.mesh.containers = ["web"];
      doctor.mesh.annotations = { "ambient.istio.io/redirection": "enabled" };
      const reason =
        "ztunnel of an ambient mesh carries them, and a waypoint where the Service has one; neither is asked";
      assert.deepEqual((await ask()).way, { kind: "other", reason });
    });

    it("past the sidecar", async () => {
      doctor.mesh.annotations = { "traffic.sidecar.istio.io/excludeOutboundPorts": "6379" };
      const reason = 'traffic.sidecar.istio.io/excludeOutboundPorts is "6379"';
      assert.deepEqual((await ask()).way, { kind: "past", reason });
    });

    it("of TCP where the connection is carried as HTTP", async () => {
      const listener = {
        name: "0.0.0.0_6379",
        address: address("0.0.0.0", 6379),
        filter_chains: [{ filters: [httpConnectionManager()] }],
      };
      doctor.mesh.listeners = dump(dynamicListener(listener), virtualOutbound());
      const { way } = await ask();
      assert.ok(way.kind === "other");
      assert.match(
        way.reason,
        /hands 10\.0\.0\.5:6379 to envoy\.filters\.network\.http_connection_manager/,
      );
    });

    it("in a sidecar that is being configured", async () => {
      doctor.mesh.listeners = dump();
      assert.deepEqual((await ask()).way, {
        kind: "other",
        reason:
          "the sidecar is not ready: it has no listener for the endpoint yet; look again in a few seconds",
      });
    });
  });

  describe("finds the address of a name", () => {
    it("by the listener of a known host, also by its short name", async () => {
      makeKnown("6s");
      assert.equal((await ask(`${HOST.toUpperCase()}.:6379`)).address, "10.0.0.5");
      const cluster = "outbound|6379||redis.shop.svc.cluster.local";
      const listener = {
        name: "10.96.0.9_6379",
        address: address("10.96.0.9", 6379),
        filter_chains: [{ filters: [tcpProxy({ cluster })] }],
      };
      doctor.mesh.listeners = dump(dynamicListener(listener), virtualOutbound());
      for (const name of [
        "redis",
        "redis.shop",
        "redis.shop.svc",
        "redis.shop.svc.cluster.local",
      ]) {
        assert.equal((await ask(`${name}:6379`)).address, "10.96.0.9");
      }
    });

    it("by resolving it in the sidecar's container, and says so when it has several", async () => {
      doctor.mesh.names = { [HOST]: ["10.0.0.5", "10.0.0.6"] };
      const { address, findings: found } = await ask(`${HOST}:6379`);
      assert.equal(address, "10.0.0.5");
      assert.deepEqual(found.map(describeFinding), [
        `${HOST} has 2 addresses (10.0.0.5, 10.0.0.6); all are carried alike; nothing has to be done`,
      ]);
    });

    it("or asks for it", async () => {
      await assert.rejects(ask(`${HOST}:6379`), {
        message:
          `${HOST}:6379: the sidecar has no address for the host and its container can't resolve it; give the ` +
          "address that the application connects to: --endpoint ADDRESS:6379",
      });
    });
  });

  describe("with fewer rights", () => {
    it("says what it could not look at, and names nothing that it does not know", async () => {
      apply("10s");
      doctor.mesh.failure = (command) => (command.includes("envoyfilters") ? FORBIDDEN : undefined);
      const { unseen, way, findings: found } = await ask();
      assert.deepEqual(unseen, [
        "envoyfilters in namespace shop (you may not list them)",
        "envoyfilters in namespace istio-system (you may not list them)",
      ]);
      assert.equal(way.kind === "sidecar" && way.carriage.setBy, undefined);
      assert.deepEqual(
        found.map(({ code }) => code),
        ["IIT060"],
      );
    });

    it("says which name the role lacks where the control plane has a revision", async () => {
      doctor.mesh.metadata = {
        PROXY_CONFIG: { discoveryAddress: "istiod-canary.istio-system.svc:15012" },
      };
      doctor.mesh.failure = (command) =>
        command.startsWith("get configmap") ? FORBIDDEN : undefined;
      assert.deepEqual((await ask()).unseen, [
        "the mesh's settings, ConfigMap istio-system/istio-canary (you may not look at it; add its name to " +
          "resourceNames of the role istio-idle-timeout-doctor, as docs/rbac.yaml says)",
      ]);
    });

    it("takes the DestinationRule that the cluster names for what sets it", async () => {
      makeKnown("6s");
      doctor.mesh.failure = (command) =>
        command.includes("destinationrules") ? FORBIDDEN : undefined;
      assert.equal(await setBy(), "DestinationRule shop/redis");
    });

    for (const [what, command, message] of [
      ["the pod", "get pod", "pod shop/web-0: you may not look at it"],
      [
        "its sidecar",
        "exec",
        "pod shop/web-0: its sidecar can't be asked: you may not exec into it",
      ],
    ] as const) {
      it(`says who can give the right to look at ${what}`, async () => {
        doctor.mesh.failure = (given) => (given.startsWith(command) ? FORBIDDEN : undefined);
        await assert.rejects(ask(), {
          message:
            `${message}; have an administrator apply docs/rbac.yaml and bind its role ` +
            "istio-idle-timeout-doctor to you",
        });
      });
    }
  });

  it("says of a pod that is not there where to look for one", async () => {
    doctor.mesh.failure = () => 'Error from server (NotFound): pods "web-0" not found';
    await assert.rejects(ask(), {
      message: "pod shop/web-0: it does not exist; see kubectl get pods --namespace shop",
    });
  });

  it("says of a pod that has ended to name another", async () => {
    doctor.mesh.phase = "Succeeded";
    await assert.rejects(ask(), {
      message: "pod shop/web-0: it is Succeeded; name one that is Running",
    });
  });

  it("only looks", async () => {
    doctor.mesh.names = { [HOST]: ["10.0.0.5"] };
    await ask(`${HOST}:6379`);
    const looks =
      /^(get |exec web-0 --namespace shop --container istio-proxy -- (pilot-agent request GET |getent ahosts ))/;
    for (const command of doctor.mesh.commands) {
      assert.match(command, looks);
    }
  });
});
