import assert from "node:assert/strict";
import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import { Reader } from "../../../cli/cluster/reader.ts";

describe("a reader", () => {
  it("asks equal questions once, and gives everybody the same answer", async () => {
    const asked: string[] = [];
    const reader = new Reader((args) => {
      asked.push(args.join(" "));
      return Promise.resolve(`{"of": "${args.join(" ")}"}`);
    });
    const first = reader.json(["get", "pod", "a"]);
    const [one, two] = await Promise.all([first, reader.json(["get", "pod", "a"])]);
    assert.equal(one, two);
    assert.deepEqual(await reader.json(["get", "pod", "b"]), { of: "get pod b" });
    assert.deepEqual(asked, ["get pod a", "get pod b"]);
  });

  it("does not ask again what was refused", async () => {
    let calls = 0;
    const reader = new Reader((args) => {
      calls += 1;
      return Promise.reject(new KubectlError(args, "Error from server (Forbidden): no"));
    });
    await assert.rejects(reader.text(["exec", "a"]), { message: /Forbidden/ });
    await assert.rejects(reader.text(["exec", "a"]), { message: /Forbidden/ });
    assert.equal(calls, 1);
  });
});
