import { isIP } from "node:net";
import type { Endpoint } from "../../model/endpoint.ts";
import type { Destination } from "./sessions.ts";
import type { PodWatch } from "./watchPod.ts";

/**
 * Tells whether a connection is known to have gone elsewhere. Names are compared with names and addresses with
 * addresses; where the log tells none of that kind, ports alone.
 */
export function isElsewhere({ endpoint, address }: Destination, wanted: Endpoint): boolean {
  const known = [endpoint, address].filter((each) => each !== undefined).map(split);
  const alike = known.filter(
    ({ host }) => !host.startsWith("*") && isName(host) === isName(wanted.host),
  );
  return alike.length > 0
    ? !alike.some((each) => isSame(each, wanted))
    : known.some(({ port }) => port !== wanted.port);
}

/** Leaves out the connections that are known to have gone elsewhere, and says how many idle closes these are. */
export function narrow(watch: PodWatch, wanted: Endpoint): PodWatch {
  const isHere = (to: Destination): boolean => !isElsewhere(to, wanted);
  const closes = watch.closes.filter(isHere);
  const leftOut = watch.closes.length - closes.length;
  return {
    ...watch,
    closes,
    others: watch.others.filter(isHere),
    notes: [
      ...watch.notes,
      ...(leftOut === 0 ? [] : [`idle closes left out, to other endpoints: ${leftOut}`]),
    ],
  };
}

/** A name may be shorter than the mesh's: `redis` or `redis.shop` for `redis.shop.svc.cluster.local`. */
function isSame({ host, port }: Endpoint, wanted: Endpoint): boolean {
  return port === wanted.port && `${host}.`.startsWith(`${wanted.host}.`);
}

/** Splits what the sidecar wrote; a host may begin with `*.`. */
function split(text: string): Endpoint {
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  return { host, port: Number(port) };
}

function isName(host: string): boolean {
  return isIP(host) === 0;
}
