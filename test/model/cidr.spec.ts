import assert from "node:assert/strict";
import { cidrHolds } from "../../model/cidr.ts";

describe("cidrHolds", () => {
  const cases: [range: string, address: string, holds: boolean][] = [
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.5", "10.0.0.5", true],
    ["10.0.0.5", "10.0.0.6", false],
    ["10.0.0.6/31", "10.0.0.7", true],
    ["0.0.0.0/0", "192.0.2.1", true],
    ["0.0.0.0/0", "2001:db8::5", false],
    ["2001:db8::/32", "2001:db8:1::5", true],
    ["2001:db8::5", "2001:db8::6", false],
    ["::/0", "10.0.0.5", false],
    ["10.0.0.0/", "10.0.0.5", false],
    ["10.0.0.0/33", "10.0.0.5", false],
    ["10.0.0.0/x", "10.0.0.5", false],
    ["", "10.0.0.5", false],
  ];
  for (const [range, address, holds] of cases) {
    it(`is ${holds} for ${address} in ${JSON.stringify(range)}`, () => {
      assert.equal(cidrHolds(range, address), holds);
    });
  }
});
