import assert from "node:assert/strict";
import { findProxyImage } from "../../cli/sidecar/findProxyImage.ts";
import { KubectlError } from "../../cli/cluster/kubectl.ts";
import { MeasureError } from "../../cli/cluster/world.ts";
import type { World } from "../../cli/cluster/world.ts";
import { VirtualClock } from "./virtualClock.ts";

const APP = { name: "proxy-image", image: "trial.invalid/trial" };
const PROXY = { name: "istio-proxy", image: "docker.io/istio/proxyv2:1.31.0-distroless" };
const INIT = { name: "istio-init", image: "docker.io/istio/proxyv2:1.31.0" };

interface Trial {
  containers: object[];
  initContainers?: object[];
}

describe("findProxyImage", () => {
  const clock = new VirtualClock();
  let commands: string[];

  /** Each answer once, the last one from then on; a text is an error. */
  function worldOf(...answers: (Trial | string)[]): World {
    commands = [];
    return {
      clock,
      report: () => undefined,
      kubectl: (args) => {
        commands.push(args.join(" "));
        const [answer] = answers.length > 1 ? answers.splice(0, 1) : answers;
        return typeof answer === "string"
          ? Promise.reject(new KubectlError(args, answer))
          : Promise.resolve(JSON.stringify({ spec: answer }));
      },
    };
  }

  it("puts a pod to the injector without creating it", async () => {
    assert.equal(
      await findProxyImage(worldOf({ containers: [APP, PROXY], initContainers: [INIT] }), "idle"),
      "docker.io/istio/proxyv2:1.31.0-distroless",
    );
    assert.deepEqual(commands, [
      "run proxy-image --image trial.invalid/trial --restart Never " +
        "--labels sidecar.istio.io/inject=true --dry-run=server --output json",
    ]);
  });

  it("finds the proxy among the init containers, where newer clusters have it", async () => {
    const trial = { containers: [APP], initContainers: [INIT, PROXY] };
    assert.equal(await findProxyImage(worldOf(trial), "idle"), PROXY.image);
  });

  it("waits until a new namespace takes pods", async () => {
    const early = 'pods "proxy-image" is forbidden: serviceaccount "default" not found';
    const world = worldOf(early, early, { containers: [APP, PROXY] });
    const before = clock.nowMs();
    assert.equal(await findProxyImage(world, "idle"), PROXY.image);
    assert.equal(clock.nowMs() - before, 2000);
  });

  it("gives up after half a minute, with the reason", async () => {
    const before = clock.nowMs();
    await assert.rejects(findProxyImage(worldOf("forbidden: exceeded quota"), "idle"), (error) => {
      assert.ok(error instanceof MeasureError);
      assert.equal(
        error.message,
        "namespace idle takes no pod, not even for trial, so the mesh's proxy image is unknown: " +
          "forbidden: exceeded quota",
      );
      return true;
    });
    assert.equal(clock.nowMs() - before, 30_000);
  });

  it("says so where nothing is injected", async () => {
    await assert.rejects(findProxyImage(worldOf({ containers: [APP] }), "idle"), {
      message:
        "namespace idle: a pod gets no istio-proxy container, so the mesh's proxy image is unknown; " +
        "check that istiod runs and that the namespace has the label istio-injection=enabled",
    });
  });
});
