import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Plugin } from "../harness.ts";
import { FakeDocker } from "./fakeDocker.ts";

/** The docker plugin, configured for a daemon of the case's own. */
export interface DockerSetup {
  plugin: Plugin;
  docker: FakeDocker;
  /** Address of the daemon. */
  host: string;
  /** Empty folder, in which the plugin looks for what `docker login` left. */
  folder: string;
}

/** Starts the plugin for the suite that calls it, and a daemon for each case; returns both once a case runs. */
export function withDocker(): DockerSetup {
  const setup = {} as DockerSetup;

  before(async () => {
    setup.folder = mkdtempSync(join(tmpdir(), "docker-"));
    setup.host = `unix://${join(setup.folder, "docker.sock")}`;
    setup.plugin = await Plugin.start("docker", { DOCKER_CONFIG: setup.folder });
  });

  after(async () => {
    await setup.plugin.stop();
    rmSync(setup.folder, { recursive: true });
  });

  beforeEach(async () => {
    setup.docker = new FakeDocker();
    await setup.docker.start(join(setup.folder, "docker.sock"));
    await setup.plugin.configure({ host: setup.host });
    setup.docker.seen.length = 0;
    setup.plugin.logged.length = 0;
  });

  afterEach(() => {
    setup.docker.stop();
  });

  return setup;
}
