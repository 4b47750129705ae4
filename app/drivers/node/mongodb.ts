import type { Db, MongoClientOptions } from "mongodb";
import { words } from "./usage.ts";
import type { Ask, Opening, Usage } from "./usage.ts";

const mongodb = {
  ...{ driver: "node-mongodb", kind: "mongodb", module: "mongodb" },
  // The driver opens further connections to monitor the server, which carry no requests.
  tellsConnections: true,
};

async function connect(
  { server, say, opened }: Opening,
  request: (database: Db) => Promise<unknown>,
  options: MongoClientOptions = {},
): Promise<Ask> {
  const { MongoClient } = await import("mongodb");
  const { host, port, username, password } = server;
  const client = new MongoClient(`mongodb://${host}:${port}/`, {
    ...{ directConnection: true, ...options },
    ...(username !== undefined && { auth: { username, password: password ?? "" } }),
  });
  client
    .on("connectionReady", opened)
    .on("connectionClosed", ({ reason }) => {
      say(`connection closed: ${reason}`);
    })
    .on("connectionPoolCleared", () => {
      say("pool cleared");
    });
  return () => request(client.db("admin"));
}

/** Reads a document; the driver retries a read once. */
function findOne(database: Db): Promise<unknown> {
  return database.collection("istio-idle-timeout").findOne({});
}

function ping(database: Db): Promise<unknown> {
  return database.command({ ping: 1 });
}

export const mongodbUsages: Usage[] = [
  { ...mongodb, name: "defaults", settings: words(), open: (around) => connect(around, findOne) },
  {
    ...{ ...mongodb, name: "command", settings: words("command(), which is never retried") },
    open: (around) => connect(around, ping),
  },
  {
    ...{ ...mongodb, name: "advised" },
    settings: (idleTimeoutMs) => [`maxIdleTimeMS: ${idleTimeoutMs / 2}`],
    open: (around) => connect(around, ping, { maxIdleTimeMS: around.idleTimeoutMs / 2 }),
  },
];
