import assert from "node:assert/strict";
import { Owner } from "../../../components/runs/owner.ts";
import { declare, only, valueOf } from "../../mocks.ts";

describe("Owner", () => {
  it("offers another id each time, and has the one that is kept", async () => {
    const outputs = { "pulumi:index:Stash": () => ({ output: "ann@laptop/01234567" }) };
    const offered: unknown[] = [];
    for (let time = 0; time < 2; time += 1) {
      const { resources, result } = await declare(() => new Owner("owner"), { outputs });
      offered.push(only(resources, "pulumi:index:Stash").inputs.input);
      assert.equal(await valueOf(result.id), "ann@laptop/01234567");
    }
    assert.match(offered.join(" "), /^\S+@\S+\/[0-9a-f]{8} \S+@\S+\/[0-9a-f]{8}$/);
    assert.notEqual(offered[0], offered[1]);
  });
});
