import * as pulumi from "@pulumi/pulumi";
import type { Server } from "./server.ts";

const USERNAME = "probe";

/**
 * MariaDB or MySQL. `wait_timeout` stays at its default of 8 hours, which applications meet: each measurement reads it
 * from the server and records it.
 */
export const mysql: Server = {
  port: 3306,
  login: {
    username: USERNAME,
    // Both images know these names. The user may do nothing but log in.
    envs: (password) => [
      "MYSQL_RANDOM_ROOT_PASSWORD=1",
      "MYSQL_INITDB_SKIP_TZINFO=1",
      `MYSQL_USER=${USERNAME}`,
      pulumi.interpolate`MYSQL_PASSWORD=${password}`,
    ],
  },
  processes: ["mariadbd", "mysqld"],
};
