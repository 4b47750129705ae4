import assert from "node:assert/strict";
import { contextDigest } from "../../../components/common/contextDigest.ts";
import { timelapseRequest } from "../../../model/timelapse.ts";
import { TimelapseProxy } from "../../../components/mesh/timelapseProxy.ts";
import type { TimelapseProxyArgs } from "../../../components/mesh/timelapseProxy.ts";
import { declare, only, UNKNOWN, valueOf } from "../../mocks.ts";
import type { Outputs } from "../../mocks.ts";

const COMMAND = "command:local:Command";
const IMAGE = "docker:index/image:Image";
const MESH_PROXY = "docker.io/istio/proxyv2:1.31.0";
const repoDigest = `ghcr.io/acme/istio-idle-timeout-proxy@sha256:${"0".repeat(64)}`;

const outputs: Outputs = {
  [COMMAND]: () => ({ stdout: MESH_PROXY, stderr: "" }),
  [IMAGE]: () => ({ repoDigest }),
};

const args: TimelapseProxyArgs = {
  namespace: "istio-idle-timeout-test",
  runId: "0123456789",
  factor: 360,
  registry: "ghcr.io/acme",
  compilerImage: "gcc:14",
  platform: "linux/arm64",
  kubeContext: undefined,
};

const program = (change: Partial<TimelapseProxyArgs> = {}) =>
  new TimelapseProxy("timelapse", { ...args, ...change });

describe("TimelapseProxy", () => {
  it("asks the cluster for the mesh's proxy image, once for each run", async () => {
    const { resources } = await declare(program, { outputs });
    assert.equal(resources.length, 3);
    const { name, path, inputs } = only(resources, COMMAND);
    assert.equal(name, "timelapse-mesh-proxy-0123456789");
    assert.equal(path, `istio-idle-timeout:index:TimelapseProxy$${COMMAND}`);
    assert.deepEqual(inputs, {
      create: `node --import tsx cli/proxyImage.ts '{"namespace":"istio-idle-timeout-test"}'`,
      logging: "stderr",
      addPreviousOutputInEnv: false,
    });
  });

  it("asks in the context that is set", async () => {
    const { resources } = await declare(() => program({ kubeContext: "kind-mesh" }), { outputs });
    assert.match(String(only(resources, COMMAND).inputs.create), /"context":"kind-mesh"/);
  });

  it("adds the shim to that image, under the digest of both", async () => {
    const { resources } = await declare(program, { outputs });
    const tag = contextDigest("app/timelapse", ["gcc:14", MESH_PROXY, "linux/arm64"]);
    assert.deepEqual(only(resources, IMAGE).inputs, {
      imageName: `ghcr.io/acme/istio-idle-timeout-proxy:${tag}`,
      build: {
        context: "app/timelapse",
        dockerfile: "app/timelapse/Dockerfile",
        args: { COMPILER_IMAGE: "gcc:14", PROXY_IMAGE: MESH_PROXY },
        platform: "linux/arm64",
        builderVersion: "BuilderV1",
      },
      buildOnPreview: false,
      skipPush: false,
    });
  });

  it("binds it by the pod's request", async () => {
    const { result } = await declare(program, { outputs });
    assert.deepEqual(await valueOf(result.request), timelapseRequest(360, repoDigest));
  });

  it("knows neither image in a preview", async () => {
    const { resources, result } = await declare(program, { preview: true });
    assert.equal(only(resources, IMAGE).inputs.imageName, UNKNOWN);
    assert.equal(await valueOf(result.request), UNKNOWN);
  });
});
