import assert from "node:assert/strict";
import { evidenceLine } from "../fakeCluster.ts";
import { closingCluster, measureOn, notesOf } from "../measuring.ts";

describe("the notes on a run", () => {
  it("tell when an earlier attempt left one of the two connections", async () => {
    const cluster = closingCluster();
    cluster.probes.withSidecar.fate.end = { connectedAt: "2026-01-02T03:03:25.678Z" };
    cluster.log = () => evidenceLine({ start: "2026-01-02T03:03:25.678Z" });
    const record = await measureOn(cluster);
    assert.deepEqual(notesOf(record), []);
    assert.deepEqual(record.notes, [
      "the connections of the two pods were opened 40 s apart, not at the same time",
    ]);
  });
});
