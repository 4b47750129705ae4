import { parseEndpoint } from "../../model/endpoint.ts";
import type { DebugLine } from "./debugLine.ts";

/** A connection that the sidecar has accepted and no filter chain of TCP has taken; if it is HTTP, none will. */
interface Arrival {
  address: string;
  atMs: number;
}

/** How long an arrival may still be what begins next on its thread, in ms. */
const LONGEST_MS = 10_000;

const ARRIVED = /^original_dst: set destination to (\S+)$/;

/**
 * Tells which address a connection asked for. The logger writes it when it accepts the connection, before that has a
 * number, so the two lines are matched: by their thread, where only one address is possible.
 */
export class Arrivals {
  readonly #arrivals = new Map<string, Arrival[]>();
  /** Threads whose last line was an arrival. */
  readonly #fresh = new Set<string>();

  /** @param ownAddress of the pod: connections to it are others', and those of HTTP would hide the pod's own. */
  constructor(private readonly ownAddress: string | undefined) {}

  /** Takes the next line; returns the `address:port` of the connection that begins with it, where that is certain. */
  take({ at, thread, text }: DebugLine): string | undefined {
    const atMs = Date.parse(at);
    const recent = (this.#arrivals.get(thread) ?? []).filter(
      (each) => atMs - each.atMs <= LONGEST_MS,
    );
    const address = ARRIVED.exec(text)?.[1];
    const wasFresh = this.#fresh.delete(thread);
    if (address !== undefined) {
      if (!this.#isOwn(address)) {
        this.#arrivals.set(thread, [...recent, { address, atMs }]);
        this.#fresh.add(thread);
      }
      return undefined;
    }
    if (text !== "new tcp proxy session") {
      return undefined;
    }
    const [first, ...more] = recent;
    if (!wasFresh || first === undefined || more.some((each) => each.address !== first.address)) {
      return undefined;
    }
    this.#arrivals.set(thread, more);
    return first.address;
  }

  #isOwn(address: string): boolean {
    return this.ownAddress !== undefined && parseEndpoint(address).host === this.ownAddress;
  }
}
