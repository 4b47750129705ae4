import assert from "node:assert/strict";
import {
  parseImage,
  parsePlatform,
  parseRegistry,
} from "../../../components/settings/imageNames.ts";

describe("parseRegistry", () => {
  const taken = ["localhost", "localhost:5000", "192.0.2.1:5000/a", "ghcr.io/acme", "r.io/a/b_c"];
  for (const registry of taken) {
    it(`takes ${registry}`, () => {
      assert.equal(parseRegistry(registry), registry);
    });
  }
  for (const registry of ["acme", "https://ghcr.io/acme", "ghcr.io/", "ghcr.io/Acme", "a b.io"]) {
    it(`refuses ${registry}`, () => {
      assert.throws(() => parseRegistry(registry), {
        message:
          `${JSON.stringify(registry)} is not a registry; set it to a registry that you can push to and the ` +
          "cluster can pull from, as host[:port][/path]",
      });
    });
  }
});

describe("parseImage", () => {
  for (const image of ["redis:7", "localhost:5000/a/b:1", "node@sha256:0123"]) {
    it(`takes ${image}`, () => {
      assert.equal(parseImage(image), image);
    });
  }
  for (const image of ["", "node 22", "redis;7"]) {
    it(`refuses ${JSON.stringify(image)}`, () => {
      assert.throws(() => parseImage(image), {
        message: `${JSON.stringify(image)} is not an image's name; use [host/]name[:tag]`,
      });
    });
  }
});

describe("parsePlatform", () => {
  for (const platform of ["linux/amd64", "linux/arm64", "linux/arm/v7"]) {
    it(`takes ${platform}`, () => {
      assert.equal(parsePlatform(platform), platform);
    });
  }
  for (const platform of ["amd64", "windows/amd64", "linux/"]) {
    it(`refuses ${platform}`, () => {
      assert.throws(() => parsePlatform(platform), {
        message: `${JSON.stringify(platform)} is not a platform; use one such as linux/amd64 or linux/arm64`,
      });
    });
  }
});
