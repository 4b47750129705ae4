import assert from "node:assert/strict";
import { compareRun, deviation } from "../../../report/comparison.ts";
import { mergeIntoOutboundTcpProxy } from "../../../model/istio/envoyFilter.ts";
import { runVerdict } from "../../../report/verdict.ts";
import type { MeasureRequest } from "../../../model/requests.ts";
import { evidenceLine, FakeCluster } from "../fakeCluster.ts";
import { dump, virtualOutbound } from "../listeners.ts";
import { EFFECTIVE, measureOn } from "../measuring.ts";

const AS_IS: Partial<MeasureRequest> = { timeout: "asIs", policy: undefined };

describe("a mesh measured as it is", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = new FakeCluster();
  });

  it("has the timeout that its sidecar's configuration tells, set by whom the record says", async () => {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "5s" }));
    cluster.filters = [
      {
        metadata: {
          name: "mesh-wide",
          namespace: "istio-system",
          creationTimestamp: "2026-01-01T00:00:00Z",
        },
        spec: mergeIntoOutboundTcpProxy({}, { idle_timeout: "5s" }),
      },
    ];
    cluster.probes.withSidecar.fate = { closesAfterMs: 5001 };
    cluster.log = () => evidenceLine({ duration_ms: 5001 });
    const record = await measureOn(cluster, AS_IS);
    assert.equal(record.timeout, "asIs");
    assert.equal(record.effective.idleTimeoutMs, 5000);
    assert.equal(runVerdict(record).cause, "idleTimeout");
    assert.equal(deviation(compareRun("x", record), 10), undefined);
    assert.deepEqual(record.notes, [
      "timeout asIs: the stack configured no idle timeout; that of 5s for 10.0.0.5:6379 is set by EnvoyFilter " +
        "istio-system/mesh-wide of the root namespace",
    ]);
    assert.equal(cluster.reported.at(1), record.notes[0]);
  });

  it("may apply Envoy's default", async () => {
    cluster.listeners = () => dump(virtualOutbound());
    const { notes } = await measureOn(cluster, AS_IS);
    assert.equal(
      cluster.reported[0],
      `effective idle timeout for 10.0.0.5:6379: 1h (Envoy's default) ${EFFECTIVE}; ` +
        'watched for 14s only, so that "open" is a lower bound',
    );
    assert.deepEqual(notes, [
      "timeout asIs: the stack configured no idle timeout; that of 1h for 10.0.0.5:6379 is Envoy's own default",
    ]);
  });

  it("may have its timeout from something that the user may not see", async () => {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "86400s" }));
    const { notes } = await measureOn(cluster, AS_IS);
    assert.deepEqual(notes, [
      "timeout asIs: the stack configured no idle timeout; that of 24h for 10.0.0.5:6379 is set by something that " +
        "could not be named; see npm run doctor",
    ]);
  });
});
