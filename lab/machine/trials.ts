import { succeeds } from "./machine.ts";
import type { Machine } from "./machine.ts";

/** Tries what a kernel or a container may refuse, in namespaces that are gone right after. */
export function refusals(machine: Machine): string[] {
  const problems = chrootProblems(machine);
  const attempt = (remedy: string, ...args: string[]): void => {
    if (succeeds(() => machine.output("unshare", ...args))) {
      return;
    }
    problems.push(`This fails here: unshare ${args.join(" ")}\n    ${remedy}`);
  };
  attempt(
    "The lab needs namespaces of its own: run it on the machine itself, or in a privileged container.",
    ...["--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "true"],
  );
  attempt(
    "The lab needs links between network namespaces: modprobe veth, or another kernel.",
    ...["--net", "ip", "link", "add", "lab0", "type", "veth", "peer", "name", "lab1"],
  );
  attempt(
    "The lab needs overlay mounts there: modprobe overlay; where the folder is on an overlay itself, " +
      "as in a container, name one on a volume: IDLE_TIMEOUT_LAB_HOME.",
    ...["--mount", "sh", "-c", OVERLAY_TRIAL, "sh", machine.home],
  );
  return problems;
}

/**
 * Finds out that this shell is in a chroot. Whoever enters a mount namespace gets the namespace's root. In the
 * node's namespace, a copy of this one, containers would start in the machine's root that a chroot only hides.
 */
function chrootProblems(machine: Machine): string[] {
  const stat = ["stat", "--format=%d:%i", "/"] as const;
  let namespaceRoot: string | undefined;
  try {
    namespaceRoot = machine.output("nsenter", "--mount=/proc/self/ns/mnt", ...stat);
  } catch {
    // It is another root, which has no such command.
  }
  if (namespaceRoot === machine.output(...stat)) {
    return [];
  }
  return [
    "This shell is in a chroot, which hides the machine's root only from what does not enter its " +
      "mount namespace, as the lab's containers do. Enter the folder by pivot_root, as " +
      "test/bare-root.sh does, or by systemd-nspawn, or run the lab on the machine itself.",
  ];
}

const OVERLAY_TRIAL =
  'mkdir -p "$1" && d=$(mktemp -d "$1/trial-XXXXXX") && cd "$d" && mkdir lower upper work root && ' +
  "mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root; " +
  's=$?; umount root; cd / && rm -r "$d"; exit $s';
