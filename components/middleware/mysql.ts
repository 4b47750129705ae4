import * as pulumi from "@pulumi/pulumi";
import type { Server } from "./server.ts";

const USERNAME = "probe";

/**
 * MariaDB or MySQL. `wait_timeout` is left at its default of 8 hours, which is what applications meet: it is
 * read from the server and told with each measurement.
 */
export const mysql: Server = {
  port: 3306,
  login: {
    username: USERNAME,
    // By names that both images know. The user may do nothing but log in.
    envs: (password) => [
      "MYSQL_RANDOM_ROOT_PASSWORD=1",
      "MYSQL_INITDB_SKIP_TZINFO=1",
      `MYSQL_USER=${USERNAME}`,
      pulumi.interpolate`MYSQL_PASSWORD=${password}`,
    ],
  },
  processes: ["mariadbd", "mysqld"],
};
