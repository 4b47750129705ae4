import assert from "node:assert/strict";
import { summaryText } from "../../report/summaryText.ts";
import { runRecord } from "../cli/records.ts";

describe("summaryText", () => {
  it("is lines and a table, ready to print", () => {
    assert.deepEqual(summaryText(runRecord()).split("\n"), [
      "endpoint 10.0.0.5:6379, timeout 10s, run 1-a",
      "effective idle timeout: 10s at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster PassthroughCluster",
      "with sidecar: closed after 10.002 s (FIN), proxy: 10.001 s, tcp_session_idle_timeout",
      "without sidecar: open for >= 14 s (lower bound)",
      "verdict: idle timeout. The sidecar closed the connection because nothing was sent for its idle timeout of 10s.",
      "",
      "Istio     Envoy   timeout  expected  with sidecar    without sidecar  verdict",
      "--------  ------  -------  --------  --------------  ---------------  ------------",
      "1.31-dev  1.40.0  10s      10s       10.002 s (FIN)  open >= 14 s     idle timeout",
    ]);
  });

  it("has no table where nothing was measured", () => {
    const text = summaryText(runRecord({ samples: [] }));
    assert.match(text, /^endpoint /);
    assert.doesNotMatch(text, /Envoy /);
  });
});
