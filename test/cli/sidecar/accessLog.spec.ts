import assert from "node:assert/strict";

import { entryMatcher, findEntries } from "../../../cli/sidecar/accessLog.ts";
import { evidenceLine, FakeCluster } from "../fakeCluster.ts";
import { measurement } from "../records.ts";

describe("access log", () => {
  it("finds the entry of a source among everything else in the log", () => {
    const log = [
      "2026-01-02T03:04:00.000000Z info Envoy proxy is ready",
      '[2026-01-02T03:04:05.678Z] "- - -" 0 - - - "-" 0 0 10001 - "-" "-" "-" "-" "10.0.0.5:6379" PassthroughCluster',
      evidenceLine({ source: "10.244.0.28:54177", duration_ms: 1 }),
      evidenceLine({ source: "10.244.0.29:54176", duration_ms: 2 }),
      evidenceLine({ duration_ms: 3 }),
      "",
    ].join("\n");
    assert.equal(entryMatcher(log)(measurement())?.durationMs, 3);
  });

  it("tells connections apart that had the same port one after the other", () => {
    const log = [
      evidenceLine({ start: "2026-01-02T03:04:03.000Z", duration_ms: 1 }),
      evidenceLine({ start: "2026-01-02T03:04:05.600Z", duration_ms: 2 }),
      evidenceLine({ start: "2026-01-02T03:04:07.000Z", duration_ms: 3 }),
    ].join("\n");
    assert.equal(entryMatcher(log)(measurement())?.durationMs, 2);
  });

  it("takes no entry of another time", () => {
    const log = evidenceLine({ start: "2026-01-02T03:03:05.678Z" });
    assert.equal(entryMatcher(log)(measurement()), undefined);
  });

  it("takes the last of the entries that a mesh writes while the connection is held", () => {
    const log = [
      evidenceLine({ duration_ms: 60_000, close_reason: null }),
      evidenceLine({ duration_ms: 120_000, close_reason: null }),
      evidenceLine({ duration_ms: 121_001 }),
    ].join("\n");
    assert.equal(entryMatcher(log)(measurement())?.durationMs, 121_001);
  });

  it("knows an IPv6 source", () => {
    const log = evidenceLine({ source: "[2001:db8::28]:54176" });
    const sample = measurement({ localAddress: "2001:db8::28" });
    assert.equal(entryMatcher(log)(sample)?.durationMs, 10_001);
  });

  describe("of a pod", () => {
    const pod = {
      ...{ kind: "withSidecar" as const, name: "with-0", uid: "uid-with-0" },
      proxyRestarts: 0,
    };
    let cluster: FakeCluster;
    beforeEach(() => {
      cluster = new FakeCluster();
    });

    it("is read until the last entry is there, not a periodic one", async () => {
      cluster.log = () =>
        [
          evidenceLine({ duration_ms: 5000, close_reason: null, upstream_close: null }),
          ...(cluster.clock.nowMs() >= 3000 ? [evidenceLine()] : []),
        ].join("\n");
      const sample = measurement();
      const search = await findEntries(cluster.world, pod, [sample], 1);
      assert.equal(search(sample).entry?.durationMs, 10_001);
      assert.equal(cluster.clock.nowMs(), 3000);
    });

    it("is none where only periodic ones are there, of which the last came long before the end", async () => {
      cluster.log = () =>
        evidenceLine({ duration_ms: 5000, close_reason: null, upstream_close: null });
      const sample = measurement();
      const open = measurement({ localPort: 54_177, end: "open" });
      const search = await findEntries(cluster.world, pod, [sample, open], 1);
      assert.equal(search(sample).entry, undefined);
    });

    it("is read of the container before it, where that has ended since", async () => {
      const sample = measurement();
      const kubectl: typeof cluster.world.kubectl = (args, options) =>
        args.includes("--previous")
          ? Promise.resolve(`${evidenceLine({ duration_ms: 9999 })}\n`)
          : cluster.world.kubectl(args, options);
      cluster.log = () => "";
      const search = await findEntries({ ...cluster.world, kubectl }, pod, [sample], 1);
      assert.equal(search(sample).entry?.durationMs, 9999);
    });
  });
});
