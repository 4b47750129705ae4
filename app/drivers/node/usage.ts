import type { Server } from "./config.ts";

/** One way in which an application uses a driver. */
export interface Usage {
  driver: string;
  /** Kind of the server that the driver talks to. */
  kind: string;
  /** npm package of the driver. */
  module: string;
  /** Unique for the driver: `defaults`, `advised` or what is special about it. */
  name: string;
  /** What is not the driver's default, in its own words. */
  settings: (idleTimeoutMs: number) => string[];
  /** Where the driver opens connections besides those for requests, and tells of each itself. */
  tellsConnections?: boolean;
  /** Prepares the driver; what it returns is asked three times: before and twice after the idle time. */
  open: (surroundings: Surroundings) => Promise<Ask> | Ask;
}

/** One request, answered. */
export type Ask = () => Promise<unknown>;

export interface Surroundings {
  server: Server;
  idleTimeoutMs: number;
  /** Notes down what the driver tells unasked. */
  say: (text: string) => void;
  /** Notes down a connection of a driver that {@link Usage.tellsConnections}. */
  opened: () => void;
}

/** Settings that do not depend on the idle timeout. */
export function words(...settings: string[]): () => string[] {
  return () => settings;
}
