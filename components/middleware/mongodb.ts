import * as pulumi from "@pulumi/pulumi";
import type { Server } from "./server.ts";

const USERNAME = "probe";

/** MongoDB, which never closes idle connections. Its image can create only users with all rights. */
export const mongodb: Server = {
  port: 27_017,
  login: {
    username: USERNAME,
    envs: (password) => [
      `MONGO_INITDB_ROOT_USERNAME=${USERNAME}`,
      pulumi.interpolate`MONGO_INITDB_ROOT_PASSWORD=${password}`,
    ],
  },
  processes: ["mongod"],
};
