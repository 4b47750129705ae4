import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execContained } from "../base/exec.ts";
import { artifact } from "./artifacts.ts";
import { DEBIAN_SUITE, NODE_PACKAGES } from "./versions.ts";

/** Root filesystem of the node: a minimal Debian with the node's daemons. */
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

/** Installs a minimal Debian with these packages into the folder `root` of `dir`, and returns its path. */
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
  // In a namespace of its own, so that its mounts go with it.
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
