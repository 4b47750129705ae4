import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import type { Clock } from "./clock.ts";
import { hold } from "./hold.ts";

const HOST = "127.0.0.1";

/**
 * Holds one connection to this process itself. Node.js loads and compiles code on first use; without a rehearsal
 * the first sample of a fresh pod saw its end up to 20 ms late.
 */
export async function rehearse(clock: Clock): Promise<void> {
  const server = createServer((socket) => socket.end());
  server.listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const held = await hold(
    {
      ...{ middleware: "tcp", mode: "silent", repetition: 1, connection: 1 },
      ...{ host: HOST, port, observeMs: 1000 },
    },
    { clock, credentials: {}, signal: new AbortController().signal },
  );
  await held.ended;
  server.close();
}
