import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execContained } from "../base/exec.ts";
import { projectDir } from "../base/paths.ts";
import { artifact } from "./artifacts.ts";
import type { Artifact } from "./artifacts.ts";
import { copyFromDebian } from "./debianFiles.ts";
import { ferretdb } from "./goBuilds.ts";
import { install, LAYER_SOURCES, packLayer } from "./layers.ts";
import { readLayer } from "./oci.ts";
import type { Image } from "./oci.ts";
import { installDebian } from "./rootfs.ts";
import { DEBIAN_SUITE, SERVER_PACKAGES } from "./versions.ts";

/**
 * Images of servers that stacks run outside of the cluster. They do what this project uses of the official
 * images: they take the same variables and command, listen on the same port, and run the server as process 1
 * as soon as it is set up.
 */

const ENTRYPOINT = "lab/mariadb/docker-entrypoint.sh";
const SOURCES = ["lab/build/serverImages.ts", ...LAYER_SOURCES];

/** Command that makes databases with no account but root's, and small ones: every container makes a copy. */
const MAKE_DATABASES = [
  "mariadb-install-db",
  "--no-defaults",
  "--user=root",
  "--datadir=/data",
  "--auth-root-authentication-method=normal",
  "--skip-test-db",
  // Otherwise the name of the machine that builds would get an account.
  "--cross-bootstrap",
  "--innodb-log-file-size=4M",
  "--innodb-undo-tablespaces=0",
];

/** Layers of memcached and MariaDB, from a Debian of their own: the node needs neither. */
const debianServers = artifact({
  name: "layer-servers",
  title: "Image layers memcached and mariadb",
  typicalSeconds: 45,
  megabytes: 500,
  bound: "other",
  inputs: { suite: DEBIAN_SUITE, packages: SERVER_PACKAGES },
  sources: [...SOURCES, ENTRYPOINT],
  async build(dir, log) {
    const root = await installDebian(dir, SERVER_PACKAGES, log);
    await packLayer(join(dir, "memcached"), (files) =>
      copyFromDebian(files, ["memcached"], [], root),
    );
    await packLayer(join(dir, "mariadb"), async (files) => {
      await copyFromDebian(files, ["mariadb-server-core"], [], root);
      install(join(projectDir, ENTRYPOINT), files, "usr/local/bin/docker-entrypoint.sh");
      await execContained("chroot", [root, ...MAKE_DATABASES], { log });
      mkdirSync(join(files, "var/lib"), { recursive: true });
      await execContained("mv", [join(root, "data"), join(files, "var/lib/mysql")], { log });
    });
    rmSync(root, { recursive: true });
  },
});

const mongod = artifact({
  name: "layer-mongod",
  title: "Image layer mongod",
  typicalSeconds: 3,
  megabytes: 10,
  bound: "other",
  inputs: {},
  from: [ferretdb],
  sources: SOURCES,
  build: (dir) =>
    packLayer(dir, (files) => {
      install(join(ferretdb.dir, "mongod"), files, "usr/local/bin/mongod");
    }),
});

export const serverLayers: Artifact[] = [debianServers, mongod];

export const MEMCACHED_NAME = "memcached:1.6";
export const MYSQL_NAME = "mariadb:10.11";
export const MONGODB_NAME = "ferretdb:1.24";

/** @param base layer that all of them start from. */
export function serverImages(base: Artifact, env: string[]): Image[] {
  const on = (dir: string): Image["layers"] => [readLayer(base.dir), readLayer(dir)];
  return [
    {
      name: MEMCACHED_NAME,
      layers: on(join(debianServers.dir, "memcached")),
      config: { Env: env, Cmd: ["memcached"], User: "11211", WorkingDir: "/tmp" },
    },
    {
      name: MYSQL_NAME,
      layers: on(join(debianServers.dir, "mariadb")),
      config: { Env: env, Entrypoint: ["docker-entrypoint.sh"], Cmd: ["mariadbd"] },
    },
    {
      name: MONGODB_NAME,
      layers: on(mongod.dir),
      config: { Env: env, Cmd: ["mongod"], User: "999", WorkingDir: "/tmp" },
    },
  ];
}
