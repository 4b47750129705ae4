import assert from "node:assert/strict";
import type { Docker } from "../../../cli/cluster/docker.ts";
import { removeContainers } from "../../../cli/cluster/leftovers.ts";

const OWNER = "ann@laptop/01234567";

describe("removeContainers", () => {
  let containers: Map<string, string>;
  let refusal: { status: number; body: string } | undefined;
  let asked: string[];

  /** Docker with those of one owner, which is what its list is asked for. */
  const docker: Docker = (path, method = "GET") => {
    asked.push(decodeURIComponent(path));
    const [, id = ""] = /^\/containers\/(\w+)\?/.exec(path) ?? [];
    if (method === "GET") {
      const list = [...containers].map(([Id, name]) => ({ Id, Names: [`/${name}`] }));
      return Promise.resolve({ status: 200, body: JSON.stringify(list) });
    }
    if (refusal !== undefined) {
      return Promise.resolve(refusal);
    }
    containers.delete(id);
    return Promise.resolve({ status: 204, body: "" });
  };

  beforeEach(() => {
    containers = new Map([
      ["a1", "dev-redis-00ff00"],
      ["b2", "dev-redis"],
      ["c3", "dev-redisx"],
      ["d4", "dev-mysql-00ff00"],
    ]);
    refusal = undefined;
    asked = [];
  });

  const remove = (kept?: string): Promise<string[]> =>
    removeContainers(docker, { owner: OWNER, name: "dev-redis", kept });

  it("asks for all of the owner's, running or not", async () => {
    await remove();
    assert.equal(
      asked[0],
      `/containers/json?all=true&filters={"label":["istio-idle-timeout/owner=${OWNER}"]}`,
    );
  });

  it("removes those of the name by force, with their volumes, and names them", async () => {
    assert.deepEqual(await remove(), ["dev-redis-00ff00", "dev-redis"]);
    assert.deepEqual(asked.slice(1), [
      "/containers/a1?force=true&v=true",
      "/containers/b2?force=true&v=true",
    ]);
    assert.deepEqual([...containers.keys()], ["c3", "d4"]);
  });

  it("keeps the one that is in use", async () => {
    assert.deepEqual(await remove("a1"), ["dev-redis"]);
    assert.deepEqual([...containers.keys()], ["a1", "c3", "d4"]);
  });

  it("does not mind one that has just gone", async () => {
    refusal = { status: 404, body: '{"message":"No such container: a1"}' };
    assert.deepEqual(await remove(), ["dev-redis-00ff00", "dev-redis"]);
  });

  it("fails with the daemon's reason", async () => {
    refusal = { status: 500, body: '{"message":"driver failed"}' };
    await assert.rejects(remove(), { message: "driver failed" });
  });
});
