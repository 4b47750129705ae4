import type { RunRecord } from "../../../model/record.ts";
import type { Cause } from "../../../report/verdict.ts";
import { OutsideServer } from "./outsideServer.ts";
import type { Doing } from "./outsideServer.ts";
import type { PacketFilter } from "./packetFilter.ts";
import type { PairOptions } from "./pairObjects.ts";
import type { ProbePair } from "./probePair.ts";

/** What pods connect to, outside the cluster. */
export interface Outside {
  /** `host:port` as pods reach it. */
  endpoint: string;
  /** Addresses of names that only the pods know, by pod and name. */
  hosts?: PairOptions["hosts"];
  /** Leaves nothing of it, killed or not. */
  remove(): Promise<unknown>;
}

/** What a case may lay hands on. */
export interface Scene<T extends Outside = Outside> {
  pair: ProbePair;
  outside: T;
  packets: PacketFilter;
}

/** What has to be said of an end. */
export interface Told {
  /** One of these, where it depends on how fast the lab is. */
  cause: Cause | readonly Cause[];
  sentence: RegExp;
  /** When the connections end, in s; null is not before the window does. Absent where a check looks closer. */
  ends?: { withSidecar: number | null; withoutSidecar: number | null };
  /** By how much an end may come later, in s. @default 1 */
  lateness?: number;
}

/** Something that ends connections, or seems to, and is not the idle timeout. */
export interface Case<T extends Outside = Outside> extends Omit<
  PairOptions,
  "name" | "endpoint" | "proxy"
> {
  /** @param name one of its own */
  outside: (name: string) => Promise<T>;
  /** Done before anything connects. */
  prepare?: (scene: Scene<T>) => Promise<unknown>;
  /** Done as soon as the connections of both pods stand. */
  inflict?: (scene: Scene<T>) => Promise<unknown>;
  /** Done while nobody watches the connections, whose end is collected afterwards. */
  unwatched?: (scene: Scene<T>) => Promise<unknown>;
  /** What is said where the sidecar's log tells why it closes a connection. */
  told: Told;
  /** What is different where it does not, before Envoy 1.38. */
  untold?: Partial<Told>;
  /** What else holds. */
  check?: (run: RunRecord) => void;
}

export type Cases = Readonly<Record<string, Case>>;

/** Forgets what a case's endpoint is: the case itself gets the one that it made. */
export function oneCase<T extends Outside>(of: Case<T>): Case {
  return of as unknown as Case;
}

/** A server outside the cluster that says nothing and, unless told otherwise, does nothing. */
export const server = (doing?: Doing) => (): Promise<OutsideServer> => OutsideServer.start(doing);

/** Treats the packets to and from the endpoint, of both pods. */
export const treat =
  (how: "drop" | "reset") =>
  ({ packets, outside }: Scene): Promise<void> =>
    packets.treat(how, String(portOf(outside)));

/** The same, of the pod with a sidecar alone. */
export const treatSubject =
  (how: "drop" | "reset") =>
  async ({ packets, outside, pair }: Scene): Promise<void> =>
    packets.treat(how, String(portOf(outside)), await pair.address("with-sidecar"));

export function portOf({ endpoint }: Outside): number {
  return Number(endpoint.split(":").at(-1));
}
