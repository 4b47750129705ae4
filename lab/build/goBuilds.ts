import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execContained } from "../base/exec.ts";
import { projectDir } from "../base/paths.ts";
import { artifact } from "./artifacts.ts";
import type { Artifact } from "./artifacts.ts";
import { ISTIO_VERSION, KUBERNETES_VERSION, PULUMI_VERSION } from "./versions.ts";

/** Components of a Kubernetes node and CoreDNS, from the Go module proxy. */
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

/** istioctl, and the programs in the images of the control plane and the proxy. */
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

/** Pulumi's command line with its Node.js language host beside it, where it looks first. */
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

/** Program that starts and supervises the node. */
export const nodeProgram = goBuild({
  name: "node",
  title: "The node's supervisor",
  typicalSeconds: 5,
  megabytes: 10,
  packages: ["."],
});

/** Server that speaks MongoDB's protocol, because no package registry has MongoDB itself. */
export const ferretdb = goBuild({
  name: "ferretdb",
  title: "FerretDB",
  typicalSeconds: 60,
  megabytes: 26,
  packages: ["."],
});

interface GoBuild {
  /** Name of the artifact, and of the module's folder under `lab/go`. */
  name: string;
  title: string;
  typicalSeconds: number;
  megabytes: number;
  packages: string[];
  /** Values that the linker gives to string variables, by variable. */
  variables?: Record<string, string>;
  /** Packages of another module that go into the same folder. */
  alsoFrom?: { name: string; packages: string[] };
  /** Adds other files to `dir`; `module` is the wrapper module's folder. */
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
