import assert from "node:assert/strict";
import { contextDigest } from "../../../components/common/contextDigest.ts";
import { ProbeImage } from "../../../components/pods/probeImage.ts";
import { declare, only, UNKNOWN, valueOf } from "../../mocks.ts";

const IMAGE = "docker:index/image:Image";
const args = { context: "app/probe", registry: "ghcr.io/acme", baseImage: "node:22-slim" };
const repoDigest = `ghcr.io/acme/istio-idle-timeout-probe@sha256:${"0".repeat(64)}`;

describe("ProbeImage", () => {
  it("is built from the probe's folder under the digest of its content", async () => {
    const { resources, result } = await declare(
      () => new ProbeImage("probe", { ...args, platform: "linux/arm64" }),
      { outputs: { [IMAGE]: () => ({ repoDigest }) } },
    );
    const tag = contextDigest("app/probe", ["node:22-slim", "linux/arm64"]);
    assert.equal(resources.length, 2);
    assert.deepEqual(only(resources, IMAGE), {
      type: IMAGE,
      name: "probe-image",
      path: `istio-idle-timeout:index:ProbeImage$${IMAGE}`,
      inputs: {
        imageName: `ghcr.io/acme/istio-idle-timeout-probe:${tag}`,
        build: {
          context: "app/probe",
          dockerfile: "app/probe/Dockerfile",
          args: { BASE_IMAGE: "node:22-slim" },
          platform: "linux/arm64",
          builderVersion: "BuilderV1",
        },
        buildOnPreview: false,
        skipPush: false,
      },
      provider: undefined,
    });
    assert.equal(await valueOf(result.reference), repoDigest);
  });

  it("leaves the platform to Docker where none is set", async () => {
    const { resources } = await declare(() => new ProbeImage("probe", args));
    const { build } = only(resources, IMAGE).inputs;
    assert.ok(typeof build === "object" && build !== null && !("platform" in build));
  });

  it("is not known in a preview", async () => {
    const { result } = await declare(() => new ProbeImage("probe", args), { preview: true });
    assert.equal(await valueOf(result.reference), UNKNOWN);
  });
});
