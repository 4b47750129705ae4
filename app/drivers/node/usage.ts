import type { Server } from "./config.ts";

/** Way in which an application uses a driver. */
export interface Usage {
  driver: string;
  /** Kind of server that the driver talks to. */
  kind: string;
  /** npm package of the driver. */
  module: string;
  /** Name of the case, unique for the driver: `defaults`, `advised`, or its peculiarity. */
  name: string;
  /** Settings that differ from the driver's defaults, in the driver's own words. */
  settings: (idleTimeoutMs: number) => string[];
  /** Set for a driver that opens connections beside those for requests, and tells of each of the latter itself. */
  tellsConnections?: boolean;
  /** Prepares the driver and returns its request, made three times: once before and twice after the idle time. */
  open: (opening: Opening) => Promise<Ask> | Ask;
}

/** Makes a request and waits for its answer. */
export type Ask = () => Promise<unknown>;

/** Server and callbacks that {@link Usage.open} is given. */
export interface Opening {
  server: Server;
  idleTimeoutMs: number;
  /** Notes a message of the driver. */
  say: (text: string) => void;
  /** Notes a new connection of a driver with {@link Usage.tellsConnections}. */
  opened: () => void;
}

/** Makes settings that do not depend on the idle timeout. */
export function words(...settings: string[]): () => string[] {
  return () => settings;
}
