import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../base/exec.ts";
import { artifact } from "./artifacts.ts";
import type { Artifact } from "./artifacts.ts";
import { copyFromDebian } from "./debianFiles.ts";
import type { EnvoyVersion } from "./envoys.ts";
import { goBuilder, goBuilderEnvironment, npmBuilder } from "./driverBuilders.ts";
import { istio } from "./goBuilds.ts";
import { install, LAYER_SOURCES, packLayer } from "./layers.ts";
import { readLayer } from "./oci.ts";
import type { Image } from "./oci.ts";
import { nodeRuntime, pause } from "./programs.ts";
import { proxyImage, proxyLayers } from "./proxies.ts";
import { installDebian, rootfs } from "./rootfs.ts";
import {
  MEMCACHED_NAME,
  MONGODB_NAME,
  MYSQL_NAME,
  serverImages,
  serverLayers,
} from "./serverImages.ts";
import { COMPILER_PACKAGES, DEBIAN_SUITE, ISTIO_VERSION } from "./versions.ts";

/**
 * Images of the lab, made without a container engine: each layer is a folder that is packed once and kept,
 * and an image is a few layers with a configuration. Debian files come from the node's root filesystem,
 * package by package with the libraries they load, so that images stay small.
 */

const SOURCES = ["lab/build/images.ts", ...LAYER_SOURCES];

const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const base = layer("base", {}, [rootfs], async (dir) => {
  // As in Debian the classic folders are links into /usr.
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    mkdirSync(join(dir, "usr", name), { recursive: true });
    symlinkSync(`usr/${name}`, join(dir, name));
  }
  for (const [name, mode] of [
    ["tmp", 0o1777],
    ["run", 0o755],
    ["etc", 0o755],
    ["var/tmp", 0o1777],
  ] as const) {
    mkdirSync(join(dir, name), { recursive: true });
    chmodSync(join(dir, name), mode);
  }
  symlinkSync("/run", join(dir, "var/run"));
  await copyFromDebian(
    dir,
    ["busybox-static", "libc6"],
    ["/etc/ssl/certs/ca-certificates.crt"],
    rootDir(),
  );
  const applets = await exec("chroot", [rootDir(), "busybox", "--list"]);
  for (const applet of applets.trim().split("\n")) {
    if (applet !== "busybox") {
      symlinkSync("busybox", join(dir, "usr/bin", applet));
    }
  }
  const users = { root: 0, redis: 999, "istio-proxy": 1337, nobody: 65_534 };
  const lines = Object.entries(users);
  write(dir, "etc/passwd", lines.map(([n, id]) => `${n}:x:${id}:${id}::/tmp:/bin/sh\n`).join(""));
  write(dir, "etc/group", lines.map(([n, id]) => `${n}:x:${id}:\n`).join(""));
  write(dir, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
});

const pilot = layer("pilot", {}, [istio], (dir) => {
  install(join(istio.dir, "pilot-discovery"), dir, "usr/local/bin/pilot-discovery");
  mkdirSync(join(dir, "tmp"), { recursive: true });
  chmodSync(join(dir, "tmp"), 0o1777);
});

const pauseProgram = layer("pause-image", {}, [pause], (dir) => {
  install(join(pause.dir, "pause"), dir, "pause");
});

const nodeJs = layer("node-image", {}, [rootfs, nodeRuntime], async (dir) => {
  install(join(nodeRuntime.dir, "node"), dir, "usr/local/bin/node");
  await copyFromDebian(dir, ["libstdc++6", "libgcc-s1"], [], rootDir());
});

const redis = layer("redis-image", {}, [rootfs], async (dir) => {
  await copyFromDebian(dir, ["redis-server", "redis-tools"], [], rootDir());
});

/** Layer of a C compiler, from a Debian of its own: the node needs none. */
const compiler = artifact({
  name: "layer-compiler",
  title: "Image layer compiler",
  typicalSeconds: 60,
  megabytes: 500,
  bound: "other",
  inputs: { suite: DEBIAN_SUITE, packages: COMPILER_PACKAGES },
  sources: SOURCES,
  async build(dir, log) {
    const root = await installDebian(dir, ["gcc", "libc6-dev"], log);
    await packLayer(dir, (files) =>
      copyFromDebian(files, COMPILER_PACKAGES, ["/usr/bin/cc"], root),
    );
    rmSync(root, { recursive: true });
  },
});

/** Lists the layers that have to be built before {@link labImages} can be read. */
export function imageLayers(envoy: EnvoyVersion): Artifact[] {
  return [
    base,
    ...proxyLayers(envoy),
    pilot,
    pauseProgram,
    nodeJs,
    redis,
    compiler,
    ...serverLayers,
    goBuilder,
    npmBuilder,
  ];
}

/** Registry in the names by which the node's containerd and docker pull. */
export const REGISTRY = "localhost:5000";
export const PAUSE_IMAGE = `${REGISTRY}/pause:1`;
export const NODE_IMAGE = `${REGISTRY}/node:22`;
export const REDIS_IMAGE = `${REGISTRY}/redis:7`;
export const MEMCACHED_IMAGE = `${REGISTRY}/${MEMCACHED_NAME}`;
export const MYSQL_IMAGE = `${REGISTRY}/${MYSQL_NAME}`;
export const MONGODB_IMAGE = `${REGISTRY}/${MONGODB_NAME}`;
export const COMPILER_IMAGE = `${REGISTRY}/gcc:12`;
export const GO_BUILD_IMAGE = `${REGISTRY}/golang:1.26`;
export const NODE_BUILD_IMAGE = `${REGISTRY}/node-npm:22`;
export const ISTIO_HUB = `${REGISTRY}/istio`;

export function labImages(envoy: EnvoyVersion): Image[] {
  const from = (...layers: Artifact[]): Image["layers"] => layers.map(({ dir }) => readLayer(dir));
  return [
    {
      name: "pause:1",
      layers: from(pauseProgram),
      config: { Entrypoint: ["/pause"], User: "65535" },
    },
    {
      name: "node:22",
      layers: from(base, nodeJs),
      config: { Env: [path], Cmd: ["node"] },
    },
    {
      name: "redis:7",
      layers: from(base, redis),
      config: { Env: [path], Cmd: ["redis-server"], User: "999", WorkingDir: "/tmp" },
    },
    ...serverImages(base, [path]),
    {
      name: "gcc:12",
      layers: from(base, compiler),
      config: { Env: [path] },
    },
    {
      name: "golang:1.26",
      layers: from(base, goBuilder),
      config: { Env: goBuilderEnvironment },
    },
    {
      name: "node-npm:22",
      layers: from(base, nodeJs, npmBuilder),
      config: { Env: [path] },
    },
    {
      name: `istio/pilot:${ISTIO_VERSION}`,
      layers: from(pilot),
      config: { Env: [path], Entrypoint: ["/usr/local/bin/pilot-discovery"], User: "1337:1337" },
    },
    sidecarImage(envoy),
  ];
}

/** Describes the image of sidecars with one Envoy. */
export function sidecarImage(envoy: EnvoyVersion): Image {
  return proxyImage(base, [path], envoy);
}

function layer(
  name: string,
  inputs: unknown,
  from: Artifact[],
  fill: (dir: string) => Promise<void> | void,
): Artifact {
  return artifact({
    name: `layer-${name}`,
    title: `Image layer ${name}`,
    typicalSeconds: 5,
    megabytes: 60,
    bound: "other",
    inputs,
    from,
    sources: SOURCES,
    build: (dir) => packLayer(dir, fill),
  });
}

function rootDir(): string {
  return join(rootfs.dir, "root");
}

function write(dir: string, target: string, text: string): void {
  writeFileSync(join(dir, target), text);
}
