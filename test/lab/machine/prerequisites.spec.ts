import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { missingPrerequisites } from "../../../lab/machine/prerequisites.ts";
import type { Plan } from "../../../lab/machine/diskNeeds.ts";
import type { Machine } from "../../../lab/machine/machine.ts";

/** The lab home of {@link machine}. */
const HOME = "/home/someone/.cache/istio-idle-timeout";

/** A machine on which everything is there, but for what is given. */
function machine(
  given: Partial<Machine> & {
    without?: string[];
    go?: string;
    noPip?: boolean;
    /** A word of the `unshare` commands that fail. */
    refuses?: string;
    goCacheMegabytes?: number;
    /** Device and inode of the mount namespace's root, which is this machine's unless given. */
    namespaceRoot?: string;
  } = {},
): Machine {
  const {
    without = [],
    go = "go1.26.8\nlocal\n",
    noPip = false,
    refuses,
    goCacheMegabytes = 0,
    namespaceRoot = "2049:2",
    ...rest
  } = given;
  return {
    platform: "linux",
    arch: "x64",
    uid: 0,
    has: (command) => !without.includes(command),
    output: (command, ...args) => {
      if (command === "python3" && noPip) {
        throw new Error("No module named pip");
      }
      if (command === "unshare" && args.includes(refuses ?? "")) {
        throw new Error("refused");
      }
      if (command === "nsenter" && namespaceRoot === "none") {
        throw new Error("no stat there");
      }
      if (command === "nsenter") {
        return `${namespaceRoot}\n`;
      }
      if (command === "stat") {
        return "2049:2\n";
      }
      if (command === "du") {
        return `${goCacheMegabytes}\t${args.at(-1) ?? ""}\n`;
      }
      if (command === "go" && args[1] === "GOCACHE") {
        return "/go/cache\n";
      }
      if (command === "go" && args[1] === "GOMODCACHE") {
        return "/go/mod\n";
      }
      return command === "go" ? go : "";
    },
    home: HOME,
    free: () => ({ device: 1, megabytes: 100_000 }),
    kernelConfig: () => undefined,
    cgroupProblems: () => [],
    routesInTheWay: () => [],
    ...rest,
  };
}

const fromNothing: Plan = { startsNode: true, buildsMegabytes: 1_900, compilesGo: true };
const warm: Plan = { startsNode: true, buildsMegabytes: 0, compilesGo: false };

describe("prerequisites of the lab", () => {
  it("finds nothing missing where everything is there", () => {
    assert.deepEqual(missingPrerequisites(machine(), warm), []);
  });

  it("names each missing command with the package that brings it, all at once", () => {
    assert.deepEqual(missingPrerequisites(machine({ without: ["cc", "ip", "wget"] }), warm), [
      "cc is not on PATH. Install it: apt-get install gcc libc6-dev",
      "ip is not on PATH. Install it: apt-get install iproute2",
      "wget is not on PATH. Install it: apt-get install wget",
    ]);
  });

  it("asks for root", () => {
    assert.deepEqual(missingPrerequisites(machine({ uid: 1000 }), warm), [
      "You are user 1000: the lab needs root, for namespaces and mounts. Run the command with sudo.",
    ]);
  });

  it("says what can be done on another system, and nothing else", () => {
    assert.deepEqual(
      missingPrerequisites(
        machine({ platform: "darwin", arch: "arm64", uid: 501, without: ["ip"] }),
        warm,
      ),
      [
        "This is darwin on arm64: the lab needs Linux on x64. Use a virtual machine, or the stack " +
          "on a cluster of your own (docs/own-cluster.md).",
      ],
    );
  });

  it("refuses a Go that is too old and may not fetch a newer one", () => {
    assert.deepEqual(missingPrerequisites(machine({ go: "go1.25.3\nlocal\n" }), warm), [
      "go1.25.3 is too old: Go 1.26 or later is needed. Install it from go.dev/dl.",
    ]);
    assert.deepEqual(missingPrerequisites(machine({ go: "go1.19.8\nauto\n" }), warm), [
      "go1.19.8 is too old: Go 1.26 or later is needed. Install it from go.dev/dl.",
    ]);
  });

  it("takes an older Go that fetches the newer toolchain by itself", () => {
    assert.deepEqual(missingPrerequisites(machine({ go: "go1.25.3\nauto\n" }), warm), []);
  });

  it("finds a Python without pip", () => {
    assert.deepEqual(missingPrerequisites(machine({ noPip: true }), warm), [
      "python3 has no pip. Install it: apt-get install python3-pip",
    ]);
  });

  it("wants every command that it uses, also those that hold its processes together", () => {
    assert.deepEqual(
      missingPrerequisites(
        machine({ without: ["flock", "nsenter", "setpriv", "unshare", "mount"] }),
        warm,
      ),
      [
        "flock, nsenter, setpriv, unshare is not on PATH. Install it: apt-get install util-linux",
        "mount is not on PATH. Install it: apt-get install mount",
      ],
    );
  });

  for (const [home, reason] of [
    ["/mnt/a:b", 'has a ":" in its name'],
    ["/mnt/a,b", 'has a "," in its name'],
    ["/mnt/my disk", 'has a " " in its name'],
    [`/mnt/${"long".repeat(20)}`, "is too long for sockets in it"],
  ] as const) {
    it(`refuses the folder ${home}`, () => {
      const problems = missingPrerequisites(machine({ home }), warm);
      assert.equal(problems.length, 1);
      assert.ok(problems[0]?.includes(reason), problems[0]);
      assert.match(problems[0]!, /IDLE_TIMEOUT_LAB_HOME/);
    });
  }

  it("takes a folder with letters of any language, just short enough", () => {
    const home = `/home/jürgen/${"x".repeat(75 - 14)}`;
    assert.deepEqual(missingPrerequisites(machine({ home }), warm), []);
    assert.equal(missingPrerequisites(machine({ home: `${home}x` }), warm).length, 1);
  });

  it("names what the kernel was built without, where that can be known", () => {
    const config = readFileSync(join(__dirname, "kernel-config.txt"), "utf8");
    const kernelConfig = (): string => config;
    assert.deepEqual(missingPrerequisites(machine({ kernelConfig }), warm), []);
    const without = config.replace("CONFIG_VETH=m", "# CONFIG_VETH is not set");
    assert.deepEqual(missingPrerequisites(machine({ kernelConfig: () => without }), warm), [
      "The kernel was built without CONFIG_VETH (links to the node and to pods). Boot one that has " +
        "it, such as the distribution's standard kernel.",
    ]);
  });

  for (const [what, refuses, remedy] of [
    ["namespaces", "--uts", /privileged container/],
    ["links between them", "veth", /modprobe veth/],
    ["overlay mounts", HOME, /modprobe overlay/],
  ] as const) {
    it(`finds out by a trial that ${what} are refused`, () => {
      const problems = missingPrerequisites(machine({ refuses }), warm);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, remedy);
    });
  }

  for (const [where, namespaceRoot] of [
    ["in another folder", "2049:1234"],
    ["without any tools", "none"],
  ] as const) {
    it(`refuses a chroot whose mount namespace has its root ${where}`, () => {
      const problems = missingPrerequisites(machine({ namespaceRoot }), warm);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, /in a chroot.*pivot_root.*systemd-nspawn/);
    });
  }

  it("says which routes leave no network for the lab", () => {
    assert.deepEqual(
      missingPrerequisites(machine({ routesInTheWay: () => ["10.0.0.0/8"] }), warm),
      [
        "No free network for the lab: this machine routes 10.0.0.0/8 elsewhere. Take one of these " +
          "routes away while the lab is used (ip route; often a VPN's).",
      ],
    );
  });

  it("asks nothing of the machine for a node that runs already", () => {
    const running = { ...warm, startsNode: false };
    const bad = machine({ routesInTheWay: () => ["10.0.0.0/8"], cgroupProblems: () => ["none"] });
    assert.deepEqual(missingPrerequisites(bad, running), []);
    assert.equal(missingPrerequisites(bad, warm).length, 2);
  });

  it("wants 1.5 GB for a lab of which everything is built", () => {
    const free = (megabytes: number) => () => ({ device: 1, megabytes });
    assert.deepEqual(missingPrerequisites(machine({ free: free(1_500) }), warm), []);
    const [problem] = missingPrerequisites(machine({ free: free(1_499) }), warm);
    assert.match(problem!, /still needs 1\.5 GB there: 1\.5 GB in \/home\/someone\/\.cache/);
  });

  it("wants room for Go's caches where something is compiled, less what is in them", () => {
    const free = () => ({ device: 1, megabytes: 12_000 });
    const [problem] = missingPrerequisites(machine({ free }), fromNothing);
    assert.match(
      problem!,
      /needs 14\.9 GB there: 4\.4 GB in .*, 7\.5 GB in \/go\/cache .*, 3\.0 GB in/,
    );
    const filled = machine({ free, goCacheMegabytes: 2_900 });
    assert.deepEqual(missingPrerequisites(filled, fromNothing), []);
  });
});
