import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { artifact, type Artifact } from "./artifacts";
import { envoy, installDebian, istio, nodeRuntime, pause, rootfs } from "./builds";
import { exec } from "./exec";
import { readLayer, writeLayer, type Image } from "./oci";
import { COMPILER_PACKAGES, DEBIAN_SUITE, ISTIO_VERSION } from "./versions";

/**
 * The lab's images, made without a container engine: each layer is a folder packed once and kept,
 * and an image is a few layers with a configuration. Debian files come from the node's root
 * filesystem, package by package with the libraries they load, so that images stay small.
 */

/** What decides how every layer comes out. */
const LAYER_SOURCES = ["lab/images.ts", "lab/oci.ts"];

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
  await copyFromDebian(dir, ["busybox-static", "libc6"], ["/etc/ssl/certs/ca-certificates.crt"]);
  const applets = await exec("chroot", [rootDir(), "busybox", "--list"]);
  for (const applet of applets.trim().split("\n")) {
    if (applet !== "busybox") symlinkSync("busybox", join(dir, "usr/bin", applet));
  }
  const users = { root: 0, redis: 999, "istio-proxy": 1337, nobody: 65534 };
  const lines = Object.entries(users);
  write(dir, "etc/passwd", lines.map(([n, id]) => `${n}:x:${id}:${id}::/tmp:/bin/sh\n`).join(""));
  write(dir, "etc/group", lines.map(([n, id]) => `${n}:x:${id}:\n`).join(""));
  write(dir, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
});

const proxy = layer("proxyv2", {}, [rootfs, istio, envoy], async (dir) => {
  await copyFromDebian(dir, ["iptables"], []);
  install(
    join(istio.dir, "envoy_bootstrap.json"),
    dir,
    "var/lib/istio/envoy/envoy_bootstrap_tmpl.json",
  );
  install(join(envoy.dir, "envoy"), dir, "usr/local/bin/envoy");
  install(join(istio.dir, "pilot-agent"), dir, "usr/local/bin/pilot-agent");
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
  await copyFromDebian(dir, ["libstdc++6", "libgcc-s1"], []);
});

const redis = layer("redis-image", {}, [rootfs], async (dir) => {
  await copyFromDebian(dir, ["redis-server", "redis-tools"], []);
});

/** A compiler, from a Debian of its own: the node needs none. */
const compiler = artifact({
  name: "layer-compiler",
  title: "Image layer compiler",
  typicalSeconds: 60,
  megabytes: 500,
  bound: "other",
  inputs: { suite: DEBIAN_SUITE, packages: COMPILER_PACKAGES },
  sources: LAYER_SOURCES,
  async build(dir, log) {
    const root = await installDebian(dir, ["gcc", "libc6-dev"], log);
    const files = join(dir, "files");
    mkdirSync(files);
    await copyFromDebian(files, COMPILER_PACKAGES, ["/usr/bin/cc"], root);
    rmSync(root, { recursive: true });
    await writeLayer(files, dir);
  },
});

/** Everything that has to be built before {@link labImages} can be read. */
export const imageLayers: Artifact[] = [base, proxy, pilot, pauseProgram, nodeJs, redis, compiler];

/** Pull names, as the node's containerd and docker use them. */
export const REGISTRY = "localhost:5000";
export const PAUSE_IMAGE = `${REGISTRY}/pause:1`;
export const NODE_IMAGE = `${REGISTRY}/node:22`;
export const REDIS_IMAGE = `${REGISTRY}/redis:7`;
export const COMPILER_IMAGE = `${REGISTRY}/gcc:12`;
export const ISTIO_HUB = `${REGISTRY}/istio`;

export function labImages(): Image[] {
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
    {
      name: "gcc:12",
      layers: from(base, compiler),
      config: { Env: [path] },
    },
    {
      name: `istio/pilot:${ISTIO_VERSION}`,
      layers: from(pilot),
      config: { Env: [path], Entrypoint: ["/usr/local/bin/pilot-discovery"], User: "1337:1337" },
    },
    {
      name: `istio/proxyv2:${ISTIO_VERSION}`,
      layers: from(base, proxy),
      config: { Env: [path], Entrypoint: ["/usr/local/bin/pilot-agent"] },
    },
  ];
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
    sources: LAYER_SOURCES,
    async build(dir) {
      const files = join(dir, "files");
      mkdirSync(files);
      await fill(files);
      await writeLayer(files, dir);
    },
  });
}

function rootDir(): string {
  return join(rootfs.dir, "root");
}

function install(source: string, dir: string, target: string): void {
  mkdirSync(dirname(join(dir, target)), { recursive: true });
  copyFileSync(source, join(dir, target));
}

function write(dir: string, target: string, text: string): void {
  writeFileSync(join(dir, target), text);
}

/** Copies what Debian packages hold, without documentation, and every library they load. */
async function copyFromDebian(
  dir: string,
  packages: readonly string[],
  files: readonly string[],
  root = rootDir(),
): Promise<void> {
  const listed = await exec("chroot", [root, "dpkg", "-L", ...packages]);
  // Links that are made at installation, such as iptables -> iptables-nft, are in no package.
  const alternatives = await exec("chroot", [root, "find", "/etc/alternatives", "-type", "l"]);
  const names = new Set(listed.split("\n").map((file) => file.split("/").pop()));
  const wanted = [
    ...listed
      .split("\n")
      .filter((file) => !/^\/usr\/share\/(doc|man|lintian|bash-completion)/.test(file)),
    ...alternatives
      .split("\n")
      .filter((file) => names.has(file.split("/").pop()?.replace(/\.gz$/, ""))),
    ...alternatives.split("\n").filter((file) => /\/ip6?tables/.test(file)),
    ...files,
  ];
  // One shell in the root filesystem finds, for every file, the links on the way and the libraries.
  const script = `
    while read -r file; do
      [ -d "$file" ] && [ ! -L "$file" ] && continue
      [ -e "$file" ] || continue
      echo "$file"
      while [ -L "$file" ]; do
        target=$(readlink "$file")
        case $target in /*) file=$target;; *) file=$(dirname "$file")/$target;; esac
        echo "$file"
      done
      case $file in */bin/*|*/sbin/*|*.so*) ldd "$file" 2>/dev/null | grep -o '/[^ ]*' ;; esac
    done | sort -u | while read -r file; do
      echo "$(cd "$(dirname "$file")" && pwd -P)/$(basename "$file")"
      real=$(readlink -f "$file") && echo "$real"
    done | sort -u`;
  const found = await exec("chroot", [root, "sh", "-c", script], {
    input: `${wanted.join("\n")}\n`,
  });
  const list = found
    .trim()
    .split("\n")
    .map((file) => `.${file}`);
  const archive = join(dir, "..", "debian.tar");
  await exec("tar", ["-C", root, "--no-recursion", "-cf", archive, "-T", "-"], {
    input: `${list.join("\n")}\n`,
  });
  await exec("tar", ["-C", dir, "--keep-directory-symlink", "-xf", archive]);
  await exec("rm", [archive]);
}
