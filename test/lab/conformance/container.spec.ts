import assert from "node:assert/strict";
import { PAUSE_IMAGE, REDIS_IMAGE } from "../../../lab/build/images.ts";
import { eventually } from "../../../lab/base/wait.ts";
import { docker } from "./outside.ts";
import { container, remoteImage } from "./resources.ts";
import { assertHidden, assertSecret, SECRET } from "./secrets.ts";
import { TestStack, UNKNOWN } from "./testStack.ts";
import type { Declared } from "./testStack.ts";
import { newName } from "./workspace.ts";

describe("docker Container", () => {
  it("runs with a port that Docker chose, and is left alone", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const resource = container({ name, ports: [{ internal: 6379 }], labels: [] });
    assert.deepEqual((await stack.up(resource)).steps, ["create container"]);
    const live = await docker("GET", `/containers/${name}/json`);
    const { id, outputs } = stack.state().container!;
    assert.equal(id, live.Id);
    const bound = Number(live.NetworkSettings.Ports["6379/tcp"][0].HostPort);
    assert.equal(outputs.ports[0].external, bound);
    assert.deepEqual((await stack.up(resource)).steps, [], "a port that was chosen is no change");
    assert.deepEqual((await stack.refresh()).steps, [], "a port that was chosen is no change");
    assert.deepEqual((await stack.destroy()).steps, ["delete container"]);
    assert.equal(await docker("GET", `/containers/${name}/json`), undefined);
  });

  it("gets another limit of waiting in place", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(container({ name, waitTimeout: 30 }));
    const before = await docker("GET", `/containers/${name}/json`);
    const { steps, changes } = await stack.up(container({ name, waitTimeout: 40 }));
    assert.deepEqual(steps, ["update container"]);
    assert.deepEqual(changes.container, { waitTimeout: "update" });
    assert.equal((await docker("GET", `/containers/${name}/json`)).Id, before.Id);
  });

  it("is deleted before it is replaced for another command", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const run = (seconds: string): Declared =>
      container(
        { name, image: REDIS_IMAGE, command: ["sleep", seconds] },
        { deleteBeforeReplace: true },
      );
    await stack.up(run("1000"));
    assert.deepEqual((await stack.up(run("2000"))).steps, [
      "delete-replaced container",
      "replace container",
      "create-replacement container",
    ]);
    const live = await docker("GET", `/containers/${name}/json`);
    assert.deepEqual(live.Config.Cmd, ["sleep", "2000"]);
  });

  it("that others removed is found gone by a refresh, and made again", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(container({ name }));
    await docker("DELETE", `/containers/${name}?force=true`);
    assert.deepEqual((await stack.refresh()).steps, ["found delete container"]);
    assert.deepEqual((await stack.up(container({ name }))).steps, ["create container"]);
  });

  it("that others stopped is found so by a refresh, and started again", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(container({ name }));
    await docker("POST", `/containers/${name}/stop?t=0`);
    assert.deepEqual((await stack.refresh()).steps, ["found update container"]);
    assert.equal((await stack.up(container({ name }))).steps.length > 0, true);
    const { State } = await docker("GET", `/containers/${name}/json`);
    assert.equal(State.Running, true);
  });

  it("is deleted although it is gone already", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(container({ name }));
    await docker("DELETE", `/containers/${name}?force=true`);
    assert.deepEqual((await stack.destroy()).steps, ["delete container"]);
    assert.deepEqual(stack.state(), {});
  });

  it("that can't start fails with the daemon's words, and the next update replaces it", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const run = await stack.upFailing(
      container({ name, image: REDIS_IMAGE, command: ["/no-such-program"] }),
    );
    const words =
      /Unable to start container: Error response from daemon: .*no-such-program.*no such file or directory/;
    assert.match(run.errors, words);
    assert.match(stack.state().container?.initErrors?.join() ?? "", words);
    assert.deepEqual((await stack.up(container({ name }))).steps, [
      "delete-replaced container",
      "replace container",
      "create-replacement container",
    ]);
    assert.equal((await docker("GET", `/containers/${name}/json`)).State.Running, true);
    assert.equal(stack.state().container!.initErrors, undefined);
  });

  it("that ended is found so by a refresh, with its exit code", async () => {
    const stack = await TestStack.create();
    const name = newName();
    await stack.up(container({ name, image: REDIS_IMAGE, command: ["sh", "-c", "exit 7"] }));
    await eventually("it has ended", async () => {
      const { State } = await docker("GET", `/containers/${name}/json`);
      return State.Status === "exited";
    });
    await stack.refresh();
    const { outputs } = stack.state().container!;
    assert.deepEqual([outputs.mustRun, outputs.exitCode], [false, 7]);
  });

  it("is previewed where its image isn't known yet", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const { steps, outputs } = await stack.preview(
      remoteImage(PAUSE_IMAGE),
      container({ name, image: { $ref: ["image", "imageId"] }, ports: [{ internal: 6379 }] }),
    );
    assert.deepEqual(steps, ["create image", "create container"]);
    assert.equal(outputs.image!.imageId, UNKNOWN);
    assert.equal(outputs.container!.image, UNKNOWN);
    assert.equal(await docker("GET", `/containers/${name}/json`), undefined);
  });

  it("keeps a secret in its command secret", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const command = ["redis-server", "--requirepass", { $secret: SECRET }];
    const run = await stack.up(container({ name, image: REDIS_IMAGE, command }));
    const { inputs, outputs } = stack.state().container!;
    assertSecret(inputs, "command", 2);
    assertSecret(outputs, "command", 2);
    await assertHidden(stack, run);
    assert.ok((await docker("GET", `/containers/${name}/json`)).Config.Cmd.includes(SECRET));
  });

  it("keeps a secret in its environment secret", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const envs = ["NAME=probe", { $secret: SECRET }];
    const run = await stack.up(container({ name, envs }));
    const { inputs, outputs } = stack.state().container!;
    assertSecret(inputs, "envs", 1);
    assertSecret(outputs, "envs", 1);
    await assertHidden(stack, run);
    const { Env } = (await docker("GET", `/containers/${name}/json`)).Config;
    assert.deepEqual(Env, ["NAME=probe", SECRET]);
  });

  it("is waited for until its check succeeds, and is left alone then", async () => {
    const stack = await TestStack.create();
    const name = newName();
    const resource = container({
      name,
      image: REDIS_IMAGE,
      command: ["sh", "-c", "sleep 2; touch /tmp/ready; sleep 1000"],
      healthcheck: {
        tests: ["CMD-SHELL", "test -e /tmp/ready"],
        interval: "1s",
        timeout: "1s",
        startPeriod: "60s",
        retries: 3,
      },
      wait: true,
      waitTimeout: 60,
    });
    assert.deepEqual((await stack.up(resource)).steps, ["create container"]);
    const { State } = await docker("GET", `/containers/${name}/json`);
    assert.equal(State.Health.Status, "healthy");
    assert.deepEqual((await stack.up(resource)).steps, []);
    assert.deepEqual((await stack.refresh()).steps, []);
  });

  it("without an image is refused before anything is made", async () => {
    const stack = await TestStack.create();
    const run = await stack.previewFailing(container({ name: newName(), image: undefined }));
    assert.match(run.errors, /image/);
  });
});
