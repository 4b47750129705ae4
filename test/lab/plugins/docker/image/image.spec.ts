import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { secret, UNKNOWN } from "../../../../../lab/plugins/shared/value.ts";
import type { PropertyMap } from "../../../../../lab/plugins/shared/value.ts";
import { withDocker } from "../setup.ts";

describe("docker Image", () => {
  const setup = withDocker();
  let urn: string;
  let context: string;

  beforeEach(() => {
    urn = setup.plugin.urn("docker:index/image:Image", "image");
    context = mkdtempSync(join(setup.folder, "context-"));
    writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
    writeFileSync(join(context, "main.ts"), "1\n");
  });

  const given = (more: PropertyMap = {}, build: PropertyMap = {}): PropertyMap => ({
    imageName: "localhost:5000/probe:abc",
    build: {
      context,
      dockerfile: join(context, "Dockerfile"),
      builderVersion: "BuilderV1",
      ...build,
    },
    ...more,
  });

  const checked = async (inputs = given()): Promise<PropertyMap> => {
    const result = await setup.plugin.check(urn, inputs);
    assert.deepEqual(result.failures, {});
    return result.inputs;
  };

  const digest = async (): Promise<unknown> =>
    ((await checked()).build as PropertyMap).contextDigest;

  it("fills in the platform, and drops switches that are off", async () => {
    const inputs = await checked(given({ buildOnPreview: false, skipPush: false }));
    assert.deepEqual(Object.keys(inputs).sort(), ["build", "imageName"]);
    const build = inputs.build as PropertyMap;
    assert.match(build.platform as string, /^linux\/(amd64|arm64)$/);
    assert.match(build.contextDigest as string, /^[0-9a-f]{64}$/);
  });

  it("refuses what it would have to ignore, at any depth", async () => {
    const registry = { server: "s", username: "u", password: secret("p") };
    const { failures } = await setup.plugin.check(
      urn,
      given({ buildOnPreview: true, registry, skipPush: true }, { network: "x", target: "t" }),
    );
    const reason = (property: string, offered: string): string =>
      `the lab's docker plugin doesn't offer "${property}", only ${offered}`;
    const ofImage = "imageName, build";
    const ofBuild = "args, builderVersion, context, contextDigest, dockerfile, platform";
    assert.deepEqual(failures, {
      buildOnPreview: reason("buildOnPreview", ofImage),
      registry: reason("registry", ofImage),
      skipPush: reason("skipPush", ofImage),
      "build.network": reason("build.network", ofBuild),
      "build.target": reason("build.target", ofBuild),
    });
  });

  it("says what is wrong", async () => {
    const nowhere = given({ imageName: "probe" }, { dockerfile: "nowhere" });
    assert.deepEqual((await setup.plugin.check(urn, nowhere)).failures, {
      "build.dockerfile": 'could not open dockerfile at relative path "nowhere"',
      imageName:
        '"probe": repository name must be canonical. This resource requires all image names to be ' +
        "fully qualified; for Docker Hub, prefix the name with `docker.io`",
    });
    const buildKit = given({}, { builderVersion: "BuilderBuildKit" });
    assert.deepEqual((await setup.plugin.check(urn, buildKit)).failures, {
      "build.builderVersion": "the lab's docker plugin builds with BuilderV1 only: ask for it",
    });
    const { failures } = await setup.plugin.check(urn, { build: {} });
    assert.deepEqual(Object.keys(failures).sort(), [
      "build.builderVersion",
      "build.context",
      "build.dockerfile",
      "imageName",
    ]);
  });

  it("refuses a folder of which not all is to be sent", async () => {
    const file = join(context, ".dockerignore");
    writeFileSync(file, "*.md\n");
    assert.deepEqual((await setup.plugin.check(urn, given())).failures, {
      "build.context": `the lab's docker plugin sends the whole folder and can't follow ${file}: remove it`,
    });
  });

  it("has another digest for other content, names and modes", async () => {
    const first = await digest();
    assert.equal(await digest(), first);
    writeFileSync(join(context, "main.ts"), "2\n");
    const second = await digest();
    assert.notEqual(second, first);
    chmodSync(join(context, "main.ts"), 0o755);
    const third = await digest();
    assert.notEqual(third, second);
    mkdirSync(join(context, "sub"));
    assert.notEqual(await digest(), third);
  });

  it("is rebuilt in place for any change", async () => {
    const diff = await setup.plugin.diff(urn, given(), given({}, { args: { A: "1" } }));
    assert.deepEqual(diff.details, { "build.args": "add" });
    assert.equal((await setup.plugin.diff(urn, given(), given())).changes, "none");
  });

  it("builds, pushes and puts out the pushed digest", async () => {
    const inputs = await checked(given({}, { args: { BASE: "b" }, platform: "linux/arm64" }));
    const { id, outputs } = await setup.plugin.create(urn, inputs);
    assert.equal(id, "localhost:5000/probe:abc");
    assert.deepEqual(outputs, {
      imageName: "localhost:5000/probe:abc",
      repoDigest: "localhost:5000/probe@sha256:pushed",
    });
    const [build, push] = setup.docker.seen;
    assert.deepEqual(build?.query, {
      version: "1",
      t: "localhost:5000/probe:abc",
      dockerfile: "Dockerfile",
      platform: "linux/arm64",
      buildargs: '{"BASE":"b"}',
    });
    const { stdout } = spawnSync("tar", ["--list"], { input: build.body as Buffer });
    assert.equal(stdout.toString(), "Dockerfile\nmain.ts\n");
    assert.equal(push?.path, "/images/localhost:5000/probe/push");
    assert.equal(push.query.tag, "abc");
    assert.deepEqual(
      setup.plugin.logged.map(({ message }) => message),
      [
        "Starting Docker build",
        "Step 1/1 : FROM x",
        "Pushing Image to the registry",
        "layer: Pushed",
      ],
    );
  });

  it("logs in with what docker login left", async () => {
    const auth = Buffer.from("file:secret").toString("base64");
    const config = { auths: { "localhost:5000": { auth } } };
    writeFileSync(join(setup.folder, "config.json"), JSON.stringify(config));
    const sent = (): unknown => {
      const header = setup.docker.seen.at(-1)?.headers["x-registry-auth"] as string;
      return JSON.parse(Buffer.from(header, "base64url").toString());
    };
    await setup.plugin.create(urn, await checked());
    assert.deepEqual(sent(), {
      username: "file",
      password: "secret",
      serveraddress: "localhost:5000",
    });
    rmSync(join(setup.folder, "config.json"));
    await setup.plugin.create(urn, await checked());
    assert.deepEqual(sent(), {});
  });

  it("fails with the daemon's own words, which come after a good status", async () => {
    const inputs = await checked();
    setup.docker.progress.build = [{ stream: "Step" }, { error: "COPY failed: no such file" }];
    await assert.rejects(setup.plugin.create(urn, inputs), {
      message: "COPY failed: no such file",
    });
    setup.docker.progress.build = [{ aux: { ID: "sha256:x" } }];
    setup.docker.progress.push = [{ errorDetail: { message: "denied: no" }, error: "denied: no" }];
    await assert.rejects(setup.plugin.create(urn, inputs), { message: "denied: no" });
  });

  it("builds nothing in a preview", async () => {
    const inputs = await checked();
    const preview = { preview: true };
    assert.deepEqual((await setup.plugin.create(urn, inputs, preview)).outputs, inputs);
    assert.deepEqual(setup.docker.writes, []);
  });

  it("waits in a preview for what is unknown", async () => {
    const { inputs, failures } = await setup.plugin.check(urn, {
      imageName: UNKNOWN,
      build: {
        context: UNKNOWN,
        dockerfile: UNKNOWN,
        platform: UNKNOWN,
        builderVersion: "BuilderV1",
      },
    });
    assert.deepEqual(failures, {});
    assert.deepEqual((await setup.plugin.create(urn, inputs, { preview: true })).outputs, inputs);
  });

  it("leaves the image where it is when deleted", async () => {
    await setup.plugin.delete(urn, "id", given(), given());
    assert.deepEqual(setup.docker.seen, []);
  });
});
