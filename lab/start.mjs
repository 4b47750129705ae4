// The door to everything that npm scripts run here. Plain JavaScript without packages, because on
// a new machine there is no node_modules yet: it checks what has to be there, installs the
// packages of package-lock.json and hands over to lab/main.ts.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const minimumNode = [20, 19];

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1])) {
  fail(
    `Node.js ${process.versions.node} is too old: ${minimumNode.join(".")} or later is needed. ` +
      "Install a current one, e.g. from your distribution or nodejs.org, and run the command again.",
  );
}

installPackages();
process.chdir(project);
// In this same process, so that whoever ends it has ended all of it.
const require = createRequire(import.meta.url);
require("tsx/cjs/api").register();
// For what is imported only when it is needed.
(await import("tsx/esm/api")).register();
require("./main.ts");

/** Runs `npm ci` unless node_modules is already what package-lock.json says. */
function installPackages() {
  const packages = join(project, "package-lock.json");
  const lock = createHash("sha256").update(readFileSync(packages)).digest("hex");
  const marker = join(project, "node_modules", ".installed-lock");
  const installed = () => existsSync(marker) && readFileSync(marker, "utf8") === lock;
  if (installed()) return;
  // Two at once would take each other's files away. The lock is the kernel's, on a file that is there
  // anyway, so that nothing is left of it once its holders have ended, however they ended.
  const held = openSync(packages, "r");
  if (!flock(held, "--nonblock")) {
    console.error("Another process installs the packages; waiting for it ...");
    flock(held);
  }
  if (!installed()) {
    console.error("Installing the packages of package-lock.json (npm ci) ...");
    // No install scripts: those of @pulumi/* would fetch plugins, which the lab or Pulumi itself does.
    const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--loglevel=error"], {
      cwd: project,
      // An npm that outlives this process holds the lock on.
      stdio: ["ignore", "ignore", "inherit", held],
    });
    if (npm.error) fail(`npm could not be started (${npm.error.message}): it comes with Node.js.`);
    if (npm.status !== 0) fail("npm ci failed, see above. Check the network and run it again.");
    writeFileSync(marker, lock);
  }
  closeSync(held);
}

/** Takes the lock of an open file, or says that another process holds it. */
function flock(file, ...options) {
  const { error, status } = spawnSync("flock", [...options, "3"], {
    stdio: ["ignore", "ignore", "inherit", file],
  });
  // Without the command, as outside Linux, nothing keeps two from colliding.
  return error !== undefined || status === 0;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
