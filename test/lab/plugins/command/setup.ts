import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Plugin } from "../harness.ts";

/** The command plugin, with a resource and a folder of the case's own. */
export interface CommandSetup {
  plugin: Plugin;
  urn: string;
  /** Empty before each case. */
  folder: string;
}

/** Starts the plugin for the suite that calls it, with `FROM_ENGINE` in its environment. */
export function withCommand(): CommandSetup {
  const setup = {} as CommandSetup;

  before(async () => {
    setup.plugin = await Plugin.start("command", { FROM_ENGINE: "inherited" });
    await setup.plugin.configure({});
    setup.urn = setup.plugin.urn("command:local:Command", "test");
  });

  after(() => setup.plugin.stop());

  beforeEach(() => {
    setup.plugin.logged.length = 0;
    setup.folder = mkdtempSync(join(tmpdir(), "command-"));
  });

  afterEach(() => {
    rmSync(setup.folder, { recursive: true });
  });

  return setup;
}
