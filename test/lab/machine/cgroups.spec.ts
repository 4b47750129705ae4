import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cgroupExists,
  cgroupHost,
  cgroupProblems,
  makeCgroups,
  NEEDED_CONTROLLERS,
  processesIn,
  removeCgroups,
} from "../../../lab/machine/cgroups.ts";
import type { CgroupHost } from "../../../lab/machine/cgroups.ts";

describe("control groups of a host", () => {
  it("are of version 1 where its hierarchies are mounted, whatever stands beside them", () => {
    const mounts = [
      "tmpfs /sys/fs/cgroup tmpfs rw 0 0",
      "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0",
      "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0",
      "cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0",
      "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0",
    ];
    assert.deepEqual(cgroupHost(mounts.join("\n")), {
      version: 1,
      roots: ["/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/systemd"],
      beside: ["/sys/fs/cgroup/unified"],
      controllers: ["cpu", "memory"],
    });
  });

  it("are of version 2 where that is mounted in their place", () => {
    const host = cgroupHost("cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n");
    assert.equal(host.version, 2);
    assert.deepEqual(host.roots, ["/sys/fs/cgroup"]);
  });
});

/** Plain folders in the place of the kernel's: what is written into their files stays in them. */
describe("control groups of a node", () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cgroups-"));
  });

  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  const host = (version: 1 | 2, ...roots: string[]): CgroupHost => {
    for (const root of roots) {
      mkdirSync(join(dir, root), { recursive: true });
    }
    return { version, roots: roots.map((root) => join(dir, root)), beside: [], controllers: [] };
  };

  it("of version 1 are one in each hierarchy, with the cpus and memory of their parent", () => {
    const v1 = host(1, "cpuset", "pids");
    writeFileSync(join(dir, "cpuset/cpuset.cpus"), "0-3\n");
    writeFileSync(join(dir, "cpuset/cpuset.mems"), "0\n");
    assert.deepEqual(makeCgroups("lab", v1), [join(dir, "cpuset/lab"), join(dir, "pids/lab")]);
    assert.equal(readFileSync(join(dir, "cpuset/lab/cpuset.cpus"), "utf8"), "0-3\n");
    assert.equal(readFileSync(join(dir, "cpuset/lab/cpuset.mems"), "utf8"), "0\n");
  });

  it("of version 2 get every controller, and keep the services in a group below", () => {
    const v2 = host(2, "all");
    writeFileSync(join(dir, "all/cgroup.controllers"), "cpuset cpu io memory pids\n");
    assert.deepEqual(makeCgroups("lab", v2), [join(dir, "all/lab/services")]);
    // Each is switched on by a write of its own; the last one is what a plain file shows.
    assert.equal(readFileSync(join(dir, "all/cgroup.subtree_control"), "utf8"), "+pids");
  });

  it("have the processes of all groups below them, each once", () => {
    const v1 = host(1, "cpu", "memory");
    for (const [group, pids] of [
      ["cpu/lab", "10\n11\n"],
      ["cpu/lab/kubepods/pod1", "12\n"],
      ["memory/lab", "10\n11\n12\n"],
      ["cpu/other", "99\n"],
    ] as const) {
      mkdirSync(join(dir, group), { recursive: true });
      writeFileSync(join(dir, group, "cgroup.procs"), pids);
    }
    assert.deepEqual(processesIn("lab", v1), [10, 11, 12]);
    assert.deepEqual(processesIn("missing", v1), []);
  });

  it("may end while they are listed", () => {
    const v1 = host(1, "cpu");
    const pods = join(dir, "cpu/lab/kubepods");
    mkdirSync(pods, { recursive: true });
    const comeAndGo = spawn("sh", ["-c", "while :; do mkdir -p a/b; rmdir a/b a; done"], {
      cwd: pods,
      stdio: "ignore",
    });
    try {
      for (let times = 0; times < 5_000; times += 1) {
        assert.deepEqual(processesIn("lab", v1), []);
      }
    } finally {
      comeAndGo.kill("SIGKILL");
    }
  });

  it("are removed with all below them, those beside included", async () => {
    const v1 = { ...host(1, "cpu"), beside: [join(dir, "unified")] };
    for (const group of ["cpu/lab/kubepods/pod1", "unified/lab/kubepods", "cpu/other"]) {
      mkdirSync(join(dir, group), { recursive: true });
    }
    assert.equal(cgroupExists("lab", v1), true);
    await removeCgroups("lab", v1);
    assert.equal(cgroupExists("lab", v1), false);
    assert.ok(existsSync(join(dir, "cpu/other")));
  });

  it("of version 1 can't be had without the hierarchies that a kubelet needs", () => {
    const v1 = { ...host(1, "cpu"), controllers: ["cpu", "memory", "cpuset"] };
    assert.deepEqual(cgroupProblems(v1), [
      "No control groups for pids. Mount them: mkdir -p /sys/fs/cgroup/pids && " +
        "mount -t cgroup -o pids none /sys/fs/cgroup/pids",
    ]);
    assert.deepEqual(cgroupProblems({ ...v1, controllers: [...NEEDED_CONTROLLERS] }), []);
  });

  it("of version 2 can't be had without the controllers that a kubelet needs", () => {
    const v2 = { ...host(2, "all"), controllers: ["cpu", "cpuset", "pids"] };
    assert.match(
      cgroupProblems(v2).join(),
      /^No control groups for memory in .*cgroup_enable=memory/,
    );
    assert.deepEqual(cgroupProblems({ ...v2, controllers: [...NEEDED_CONTROLLERS] }), []);
  });

  it("of a container of version 2 need a root without processes, or what it passes on already", () => {
    const v2 = { ...host(2, "all"), controllers: [...NEEDED_CONTROLLERS] };
    const file = (name: string, text: string): void => {
      writeFileSync(join(dir, "all", name), text);
    };
    file("cgroup.type", "domain\n");
    file("cgroup.procs", "1\n");
    file("cgroup.subtree_control", "\n");
    assert.match(cgroupProblems(v2).join(), /mkdir -p .*\/all\/init && xargs/);
    file("cgroup.subtree_control", "cpuset cpu memory pids\n");
    assert.deepEqual(cgroupProblems(v2), []);
    file("cgroup.subtree_control", "\n");
    file("cgroup.procs", "");
    assert.deepEqual(cgroupProblems(v2), []);
  });

  it("can't be had where nothing can be made in them", () => {
    const problems = cgroupProblems({ ...host(1), roots: [join(dir, "nowhere")] });
    assert.match(problems.join(), /nowhere can't be made.*privileged container/);
  });
});
