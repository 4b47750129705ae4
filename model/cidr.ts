import { BlockList, isIPv6 } from "node:net";

/**
 * Tells whether a range such as `10.0.0.0/8` holds an IP address. A range without a length holds its own address
 * only; one that is no range holds nothing.
 */
export function cidrHolds(range: string, address: string): boolean {
  const [start = "", length] = range.split("/");
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (family !== (isIPv6(start) ? "ipv6" : "ipv4")) {
    return false;
  }
  const bits = family === "ipv6" ? 128 : 32;
  const list = new BlockList();
  try {
    list.addSubnet(start, length === undefined ? bits : Number(length || NaN), family);
  } catch {
    return false;
  }
  return list.check(address, family);
}
