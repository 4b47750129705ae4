import assert from "node:assert/strict";
import type { Sample } from "../../../app/probe/sample.ts";
import { NO_REMARKS, notesOnSubject } from "../../../cli/measure/notes.ts";
import { parseEvidenceLine } from "../../../model/istio/evidence.ts";
import type { EvidenceEntry } from "../../../model/istio/evidence.ts";
import { runVerdict } from "../../../report/verdict.ts";
import { evidenceLine } from "../fakeCluster.ts";
import type { FakeCluster } from "../fakeCluster.ts";
import { dump, virtualOutbound } from "../listeners.ts";
import { runRecord, SAMPLE } from "../records.ts";
import { closingCluster, measureOn, notesOf, voidReasonsOf } from "../measuring.ts";

describe("the notes on a measurement", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = closingCluster();
  });

  it("wait for the sidecar's entry as long as its log takes", async () => {
    let asked = 0;
    cluster.log = () => (asked++ < 4 ? "\n" : `${evidenceLine()}\n`);
    assert.equal((await measureOn(cluster)).samples[0]?.proxy?.durationMs, 10_001);
  });

  it("tell when the sidecar has no entry", async () => {
    cluster.log = () => `${evidenceLine({ source: "10.244.0.28:1" })}\n`;
    const record = await measureOn(cluster);
    assert.equal(record.samples[0]?.proxy, null);
    assert.deepEqual(notesOf(record), [
      "the sidecar's access log has no entry of this connection, so its own duration and reason are unknown",
    ]);
    assert.equal(cluster.clock.nowMs(), 20_001.6);
  });

  it("tell when the sidecar's log can't be read", async () => {
    cluster.failure = (command) => (command.startsWith("logs") ? "refused" : undefined);
    assert.deepEqual(notesOf(await measureOn(cluster)), [
      "the sidecar's access log could not be read (kubectl logs with-0: refused), " +
        "so its own duration and reason are unknown",
    ]);
  });

  it("tell when it can't tell whether the sidecar changed meanwhile", async () => {
    cluster.failure = (command) => (command.startsWith("get pod ") ? "refused" : undefined);
    assert.deepEqual(notesOf(await measureOn(cluster)), [
      "whether the sidecar changed meanwhile is unknown: kubectl get pod: refused",
    ]);
  });

  it("tell when probe and sidecar disagree", async () => {
    cluster.log = () => evidenceLine({ duration_ms: 9951 });
    assert.deepEqual(notesOf(await measureOn(cluster)), [
      "probe and sidecar differ by more than 50 ms: 10.002 s and 9.951 s",
    ]);
  });

  it("void a connection that may have ended with its sidecar, unless the sidecar logged its end", () => {
    const why = "the sidecar's container ended right after it";
    const about = {
      ...{ effective: runRecord().effective, destination: { address: "10.0.0.5", port: 6379 } },
      ...{ changes: { ...NO_REMARKS, endedWith: why }, factor: 1 },
    };
    const voided = (sample: Sample, entry?: EvidenceEntry): readonly string[] | undefined =>
      notesOnSubject({ ...about, sample, search: { ...(entry && { entry }) } }).voidReasons;
    assert.deepEqual(voided(SAMPLE), [why]);
    assert.equal(voided(SAMPLE, parseEvidenceLine(evidenceLine())), undefined);
    assert.equal(voided({ ...SAMPLE, end: "open" }), undefined);
  });

  it("let the verdict name a server that closes by itself on both sides", async () => {
    cluster.probes.withSidecar.fate = { closesAfterMs: 7001 };
    cluster.probes.withoutSidecar.fate = { closesAfterMs: 7000.2 };
    cluster.log = () => evidenceLine({ duration_ms: 7000, close_reason: null });
    const record = await measureOn(cluster);
    assert.deepEqual(
      record.samples.map(({ heldMs, end, proxy }) => ({
        heldMs,
        end,
        reason: proxy?.closeReason,
      })),
      [
        { heldMs: 7001, end: "fin", reason: null },
        { heldMs: 7000.2, end: "fin", reason: undefined },
      ],
    );
    assert.equal(runVerdict(record).cause, "serverClosed");
  });

  it("let the verdict name a sidecar that accepts what it can't reach", async () => {
    cluster.probes.withSidecar.fate = { closesAfterMs: 3.2 };
    cluster.log = () => evidenceLine({ duration_ms: 1, flags: "UF,URX", close_reason: "x" });
    assert.equal(runVerdict(await measureOn(cluster)).cause, "unreachable");
  });

  it("let the verdict name a drain", async () => {
    cluster.log = () => evidenceLine({ close_reason: "filter_chain_is_being_removed" });
    assert.equal(runVerdict(await measureOn(cluster)).cause, "configDrain");
  });

  it("tell of a connection that outlives the idle timeout", async () => {
    cluster.probes.withSidecar.fate = {};
    assert.deepEqual(notesOf(await measureOn(cluster)), [
      "the idle timeout of 10s passed and the connection was still open: does it go through the sidecar?",
    ]);
  });

  it("tell from when on the connection was idle", async () => {
    cluster.probes.withSidecar.fate = { closesAfterMs: 13_000, end: { lastByteMs: 3000.5 } };
    cluster.log = () => evidenceLine({ duration_ms: 13_000 });
    assert.deepEqual(notesOf(await measureOn(cluster)), [
      "data was sent until 3.001 s after connecting: the connection was idle only from then on",
    ]);
  });

  it("void a sample whose filter chain changed meanwhile", async () => {
    void cluster.clock.sleep(5000).then(() => {
      cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "30s" }));
    });
    assert.deepEqual(voidReasonsOf(await measureOn(cluster)), [
      "the filter chain was replaced while the connection was held",
    ]);
  });

  it("keep a sample whose filter chain changed after its end", async () => {
    void cluster.clock.sleep(12_000).then(() => {
      cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "30s" }));
    });
    assert.equal(voidReasonsOf(await measureOn(cluster)), undefined);
  });

  it("keep a sample when the sidecar's answer is cut off afterwards", async () => {
    void cluster.clock.sleep(5000).then(() => {
      cluster.listeners = () => '{"configs": [';
    });
    assert.deepEqual(notesOf(await measureOn(cluster)), [
      "whether the sidecar changed meanwhile is unknown: kubectl exec with-0: " +
        'incomplete answer "{\\"configs\\": ["',
    ]);
  });

  it("void a sample whose sidecar restarted meanwhile", async () => {
    void cluster.clock.sleep(5000).then(() => {
      const containerStatuses = [{ name: "istio-proxy", restartCount: 1 }];
      cluster.pods[0] = cluster.pod("withSidecar", { status: { containerStatuses } });
    });
    assert.deepEqual(voidReasonsOf(await measureOn(cluster)), [
      "the sidecar restarted while the connection was held",
    ]);
  });
});
