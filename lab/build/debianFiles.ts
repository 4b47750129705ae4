import { join } from "node:path";
import { exec } from "../base/exec.ts";

/**
 * Copies the files of Debian packages, without documentation, and every library that they load.
 *
 * @param dir folder to copy into.
 * @param files paths to copy as well.
 * @param root root of the Debian in which the packages are installed.
 */
export async function copyFromDebian(
  dir: string,
  packages: readonly string[],
  files: readonly string[],
  root: string,
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
