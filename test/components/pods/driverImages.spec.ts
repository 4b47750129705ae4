import assert from "node:assert/strict";
import { contextDigest } from "../../../components/common/contextDigest.ts";
import { DriverImages } from "../../../components/pods/driverImages.ts";
import { declare, valueOf } from "../../mocks.ts";

const IMAGE = "docker:index/image:Image";
const args = {
  registry: "ghcr.io/acme",
  goImage: "golang:1.26",
  nodeBuildImage: "node:22-slim",
  baseImage: "node:22-alpine",
  platform: "linux/arm64",
};

describe("DriverImages", () => {
  it("are built under the digest of their content, one for each language that is needed", async () => {
    const { resources, result } = await declare(
      () => new DriverImages("drivers", { ...args, languages: ["go", "node"] }),
      { outputs: { [IMAGE]: ({ imageName }) => ({ repoDigest: `${imageName}@sha256:0` }) } },
    );
    const images = resources.filter(({ type }) => type === IMAGE).map(({ inputs }) => inputs);
    const names = [
      `go:${contextDigest("app/drivers/go", ["golang:1.26", "linux/arm64"])}`,
      `node:${contextDigest("app/drivers/node", ["node:22-alpine", "node:22-slim", "linux/arm64"])}`,
    ].map((name) => `ghcr.io/acme/istio-idle-timeout-drivers-${name}`);
    assert.deepEqual(
      images.map(({ imageName, build }) => [imageName, build.context, build.args]),
      [
        [names[0], "app/drivers/go", { GO_IMAGE: "golang:1.26" }],
        [
          names[1],
          "app/drivers/node",
          { BASE_IMAGE: "node:22-alpine", BUILD_IMAGE: "node:22-slim" },
        ],
      ],
    );
    const { go, node } = result.references;
    assert.ok(go && node);
    assert.deepEqual(
      [await valueOf(go), await valueOf(node)],
      names.map((name) => `${name}@sha256:0`),
    );
  });

  it("are left out where no driver needs them", async () => {
    const { resources, result } = await declare(
      () => new DriverImages("drivers", { ...args, languages: ["node"] }),
    );
    assert.equal(resources.filter(({ type }) => type === IMAGE).length, 1);
    assert.deepEqual(Object.keys(result.references), ["node"]);
  });
});
