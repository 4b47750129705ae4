import { build } from "esbuild";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Official plugins for which the lab's own stand in. */
export const PLUGIN_NAMES = ["command", "docker", "kubernetes"] as const;

export interface BuiltPlugin {
  name: (typeof PLUGIN_NAMES)[number];
  version: string;
  /** `<outDir>/resource-<name>-v<version>`, as in `$PULUMI_HOME/plugins`. */
  folder: string;
}

/** Script that starts the bundle beside itself by the `node` on PATH, so that the folder can stand anywhere. */
const LAUNCHER = '#!/bin/sh\nexec node "$(dirname "$0")/index.cjs" "$@"\n';

/**
 * Bundles each plugin into one file without dependencies and lays it out as an installed plugin
 * of the version that the stack's package of that name asks for.
 *
 * @param outDir typically `$PULUMI_HOME/plugins`; made if it doesn't exist
 */
export async function buildPlugins(outDir: string): Promise<BuiltPlugin[]> {
  return Promise.all(
    PLUGIN_NAMES.map(async (name) => {
      const version = await packageVersion(name);
      const folder = join(outDir, `resource-${name}-v${version}`);
      await mkdir(folder, { recursive: true });
      await build({
        entryPoints: [join(__dirname, name, "index.ts")],
        outfile: join(folder, "index.cjs"),
        bundle: true,
        minifySyntax: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        logLevel: "error",
        define: { PLUGIN_VERSION: JSON.stringify(version) },
      });
      const launcher = join(folder, `pulumi-resource-${name}`);
      await writeFile(launcher, LAUNCHER);
      await chmod(launcher, 0o755);
      return { name, version, folder };
    }),
  );
}

export async function packageVersion(name: string): Promise<string> {
  const manifest = await readFile(require.resolve(`@pulumi/${name}/package.json`), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
