import { execFileSync } from "node:child_process";

/** Link between host and node: a network of four addresses, of which two are used. */
export interface Network {
  hostLink: string;
  hostAddress: string;
  nodeAddress: string;
}

/** Ranges for labs' networks: the first choice, and others for hosts that route it elsewhere. */
const RANGES = ["10.213.0.0/16", "172.29.0.0/16", "198.18.0.0/16"];

const LINK_PREFIX = "idle-";

/** Names a lab's link on the host, in at most the 15 characters that Linux takes. */
export function linkName(lab: string): string {
  return `${LINK_PREFIX}${lab}`;
}

/**
 * Finds the first network of four addresses that no address and no route of the host touches.
 *
 * @param taken networks of the host, in CIDR notation.
 * @returns the network, or the routes that leave none.
 */
export function freeNetwork(lab: string, taken = takenOnHost()): Network | { coveredBy: string[] } {
  // Shorter prefixes stand for "everywhere else", such as 0.0.0.0/1 instead of a default route.
  const blocks = taken.map(parse).filter(({ bits }) => bits >= 8);
  for (const range of RANGES.map(parse)) {
    const end = range.base + 2 ** (32 - range.bits);
    for (let base = range.base; base < end; base += 256) {
      if (!blocks.some((block) => overlap(block, { base, bits: 30 }))) {
        return {
          hostLink: linkName(lab),
          hostAddress: format(base + 1),
          nodeAddress: format(base + 2),
        };
      }
    }
  }
  const wide = taken.filter((text) => RANGES.some((range) => overlap(parse(text), parse(range))));
  return { coveredBy: [...new Set(wide)] };
}

interface Block {
  base: number;
  /** Length of the prefix. */
  bits: number;
}

function overlap(one: Block, other: Block): boolean {
  const bits = Math.min(one.bits, other.bits);
  const size = 2 ** (32 - bits);
  return Math.floor(one.base / size) === Math.floor(other.base / size);
}

function parse(cidr: string): Block {
  const [address = "", bits = "32"] = cidr.split("/");
  const base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return { base, bits: Number(bits) };
}

function format(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

/** Lists the IPv4 networks that the host has an address in or a route to, default routes aside. */
function takenOnHost(): string[] {
  const ip = (...args: string[]): unknown =>
    JSON.parse(execFileSync("ip", ["-4", "-json", ...args], { encoding: "utf8" }) || "[]");
  const routes = ip("route", "show", "table", "all") as { dst: string }[];
  const links = ip("address") as { addr_info: { local: string; prefixlen: number }[] }[];
  return [
    ...routes.map(({ dst }) => dst).filter((dst) => dst !== "default"),
    ...links.flatMap(({ addr_info }) =>
      addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    ),
  ];
}
