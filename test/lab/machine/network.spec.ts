import assert from "node:assert/strict";
import { freeNetwork } from "../../../lab/machine/network.ts";

describe("the network of a lab", () => {
  const address = (taken: string[]): string | undefined => {
    const network = freeNetwork("mine", taken);
    return "coveredBy" in network ? undefined : network.nodeAddress;
  };

  it("is the first one that nobody has", () => {
    assert.deepEqual(freeNetwork("mine", ["192.0.2.0/24", "127.0.0.0/8"]), {
      hostLink: "idle-mine",
      hostAddress: "10.213.0.1",
      nodeAddress: "10.213.0.2",
    });
  });

  for (const [why, taken, expected] of [
    ["an address of another lab", ["10.213.0.1/30"], "10.213.1.2"],
    ["a route to a single host in the first one", ["10.213.0.3"], "10.213.1.2"],
    ["a wider network over some of the range", ["10.213.0.0/23"], "10.213.2.2"],
    ["a private network over all of the range", ["10.0.0.0/8"], "172.29.0.2"],
    ["private networks over two ranges", ["10.0.0.0/8", "172.16.0.0/12"], "198.18.0.2"],
    ["half of all addresses, which stands for a default route", ["0.0.0.0/1"], "10.213.0.2"],
    ["neighbours of the range", ["10.212.0.0/16", "10.214.0.0/16"], "10.213.0.2"],
  ] as const) {
    it(`beside ${why} has node ${expected}`, () => {
      assert.equal(address([...taken]), expected);
    });
  }

  it("can't be had where every range is routed elsewhere, and says by what", () => {
    assert.deepEqual(
      freeNetwork("mine", ["10.0.0.0/8", "192.0.2.0/24", "172.16.0.0/12", "198.18.0.0/15"]),
      { coveredBy: ["10.0.0.0/8", "172.16.0.0/12", "198.18.0.0/15"] },
    );
  });
});
