import { existsSync, mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { exec } from "../../../lab/base/exec.ts";
import { DEFAULT_ENVOY } from "../../../lab/build/envoys.ts";
import { artifacts } from "../../../lab/commands/upSteps.ts";
import { USUAL_HOME } from "./home.ts";

/**
 * Makes what was built in the usual lab home built in this one too: by hard links, which cost no
 * disk. What was not built there is built here, by the first `up`.
 */
export async function takeBuiltResults(): Promise<void> {
  for (const { dir } of artifacts(DEFAULT_ENVOY)) {
    const built = join(USUAL_HOME, "cache", basename(dir));
    if (existsSync(dir) || !existsSync(built)) {
      continue;
    }
    mkdirSync(dirname(dir), { recursive: true });
    // Under its name only when it is whole, as every result.
    await exec("cp", ["--archive", "--link", built, `${dir}.taken`]);
    await exec("mv", [`${dir}.taken`, dir]);
  }
}
