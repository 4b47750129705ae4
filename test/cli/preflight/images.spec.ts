import assert from "node:assert/strict";
import { FakePreflightWorld, problemsIn, REPOSITORY, unreachable } from "./fakeWorld.ts";

describe("the preflight", () => {
  let around: FakePreflightWorld;

  beforeEach(() => {
    around = new FakePreflightWorld();
  });

  describe("of Docker", () => {
    it("finds it off", async () => {
      around.dockers = ["a", "b"].map((name) => ({ name, address: { socketPath: name } }));
      around.answers["/_ping"] = new Error("connect ENOENT");
      assert.deepEqual(await problemsIn(around), [
        "Docker: no daemon answers at a (connect ENOENT) or b (connect ENOENT); start it, or set DOCKER_HOST",
      ]);
    });

    it("leaves a daemon alone to which it has no way", async () => {
      around.dockers = [{ name: "ssh://build", address: undefined }];
      around.answers[REPOSITORY] = unreachable("connection refused");
      assert.deepEqual(await problemsIn(around), []);
    });

    for (const answer of [unreachable("connection refused"), new Error("connection refused")]) {
      it(`finds the registry out of reach by ${answer instanceof Error ? "no answer" : "an answer"}`, async () => {
        around.answers[REPOSITORY] = answer;
        assert.deepEqual(await problemsIn(around), [
          "registry: Docker can't reach that of localhost:5000/istio-idle-timeout-probe: connection " +
            "refused; start it, correct the setting, or if it speaks HTTP only allow it in Docker's " +
            "insecure-registries",
        ]);
      });
    }

    for (const status of [401, 403, 404]) {
      it(`takes a registry that answers ${status} for reachable`, async () => {
        around.answers[REPOSITORY] = { status, body: '{"message":"no"}' };
        assert.deepEqual(await problemsIn(around), []);
      });
    }

    it("asks the registry only for images that Docker does not have", async () => {
      around.answers["/distribution/redis:7/json"] = { status: 404, body: "" };
      assert.deepEqual(await problemsIn(around), []);
      around.answers["/images/redis:7/json"] = { status: 404, body: "" };
      assert.deepEqual(await problemsIn(around), [
        'redisImage: "redis:7" is not in Docker and not in its registry; push it, or set another image',
      ]);
      around.answers["/distribution/redis:7/json"] = { status: 401, body: "" };
      assert.deepEqual(await problemsIn(around), []);
    });

    it("finds an image's registry out of reach", async () => {
      around.answers["/images/node:22-slim/json"] = { status: 404, body: "" };
      around.answers["/distribution/node:22-slim/json"] = unreachable("no such host");
      assert.deepEqual(await problemsIn(around), [
        'baseImage: "node:22-slim" is not in Docker, and its registry can\'t be reached: no such host; pull ' +
          "it, or set another image",
      ]);
    });

    it("says that it fell silent", async () => {
      around.answers["/images/redis:7/json"] = new Error("no answer within 8 s");
      assert.deepEqual(await problemsIn(around), ["Docker: no answer within 8 s; try again"]);
    });
  });
});
