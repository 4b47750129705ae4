import assert from "node:assert/strict";
import { missingPrerequisites, type Machine } from "../../lab/prerequisites";

/** A machine on which everything is there, but for what is given. */
function machine(
  given: Partial<Machine> & { without?: string[]; go?: string; noPip?: boolean } = {},
): Machine {
  const { without = [], go = "go1.26.8\nlocal\n", noPip = false, ...rest } = given;
  return {
    platform: "linux",
    arch: "x64",
    uid: 0,
    has: (command) => !without.includes(command),
    output: (command) => {
      if (command === "python3" && noPip) throw new Error("No module named pip");
      return command === "go" ? go : "";
    },
    ...rest,
  };
}

describe("prerequisites of the lab", () => {
  it("finds nothing missing where everything is there", () => {
    assert.deepEqual(missingPrerequisites(machine()), []);
  });

  it("names each missing command with the package that brings it, all at once", () => {
    assert.deepEqual(missingPrerequisites(machine({ without: ["cc", "ip", "wget"] })), [
      "cc is not on PATH. Install it: apt-get install gcc libc6-dev",
      "ip is not on PATH. Install it: apt-get install iproute2",
      "wget is not on PATH. Install it: apt-get install wget",
    ]);
  });

  it("asks for root", () => {
    assert.deepEqual(missingPrerequisites(machine({ uid: 1000 })), [
      "You are user 1000: the lab needs root, for namespaces and mounts. Run the command with sudo.",
    ]);
  });

  it("says what can be done on another system, and nothing else", () => {
    assert.deepEqual(
      missingPrerequisites(
        machine({ platform: "darwin", arch: "arm64", uid: 501, without: ["ip"] }),
      ),
      [
        "This is darwin on arm64: the lab needs Linux on x64. Use a virtual machine, or the stack " +
          "on a cluster of your own (README, “Your own cluster”).",
      ],
    );
  });

  it("refuses a Go that is too old and may not fetch a newer one", () => {
    assert.deepEqual(missingPrerequisites(machine({ go: "go1.25.3\nlocal\n" })), [
      "go1.25.3 is too old: Go 1.26 or later is needed. Install it from go.dev/dl.",
    ]);
    assert.deepEqual(missingPrerequisites(machine({ go: "go1.19.8\nauto\n" })), [
      "go1.19.8 is too old: Go 1.26 or later is needed. Install it from go.dev/dl.",
    ]);
  });

  it("takes an older Go that fetches the newer toolchain by itself", () => {
    assert.deepEqual(missingPrerequisites(machine({ go: "go1.25.3\nauto\n" })), []);
  });

  it("finds a Python without pip", () => {
    assert.deepEqual(missingPrerequisites(machine({ noPip: true })), [
      "python3 has no pip. Install it: apt-get install python3-pip",
    ]);
  });
});
