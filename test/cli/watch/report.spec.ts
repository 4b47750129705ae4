import assert from "node:assert/strict";
import { PLAIN } from "../../../cli/command/output.ts";
import { closeText, renderWatch, watchRecord } from "../../../cli/watch/report.ts";
import type { PodWatch } from "../../../cli/watch/watchPod.ts";

const AT = "2026-11-25T10:49:42.164269Z";
const WEB: PodWatch = {
  pod: "web-1",
  watchedMs: 600_000,
  closes: [
    {
      ...{ at: AT, connection: "17", openMs: 4003, connected: true },
      ...{ cluster: "outbound|6379||redis.shop", endpoint: "redis.shop:6379" },
    },
    {
      ...{ at: AT, connection: "18", openMs: 10_000, connected: false },
      ...{ cluster: "PassthroughCluster", endpoint: "10.0.0.5:3306", address: "10.0.0.5:3306" },
    },
    { at: AT, connection: "3" },
  ],
  others: [
    {
      ...{ cluster: "outbound|6379||redis.shop", endpoint: "redis.shop:6379" },
      ...{ end: "maxConnectionDuration", count: 2 },
    },
    { end: "notTold", count: 1 },
  ],
  log: { lines: 40, bytes: 7000 },
  notes: ["the end of the log could not be read"],
};
const IDLE: PodWatch = {
  ...{ pod: "web-2", watchedMs: 600_000, closes: [], others: [], notes: [] },
  log: { lines: 0, bytes: 0 },
};

describe("the report of a watch", () => {
  it("lists idle closes, other connections, and what it cost", () => {
    assert.equal(
      renderWatch([WEB, IDLE], PLAIN),
      `pod    closed at                    connection  endpoint         cluster                    idle close after
-----  ---------------------------  ----------  ---------------  -------------------------  -------------------------------
web-1  2026-11-25T10:49:42.164269Z  17          redis.shop:6379  outbound|6379||redis.shop  4.003s
web-1  2026-11-25T10:49:42.164269Z  18          10.0.0.5:3306    PassthroughCluster         10s, endpoint not reached
web-1  2026-11-25T10:49:42.164269Z  3           unknown          unknown                    its beginning is not in the log

pod    others  endpoint         cluster                    what is known of them
-----  ------  ---------------  -------------------------  ----------------------------------------------------------------
web-1  2       redis.shop:6379  outbound|6379||redis.shop  closed by the sidecar at its maximum connection duration
web-1  1       unknown          unknown                    open, or ended in a way that the one raised logger does not tell

web-1: the end of the log could not be read
web-1: watched for 10m; read 40 lines, 7000 bytes, of the raised logger
web-2: watched for 10m; read 0 lines, 0 bytes, of the raised logger
`,
    );
  });

  it("says that nothing was seen to be closed", () => {
    assert.equal(
      renderWatch([IDLE], PLAIN),
      "No connection was seen to be closed by the idle timeout.\n\n" +
        "web-2: watched for 10m; read 0 lines, 0 bytes, of the raised logger\n",
    );
  });

  it("says one line about each close", () => {
    assert.deepEqual(WEB.closes.map(closeText), [
      `${AT} idle timeout closed connection 17 to redis.shop:6379 (outbound|6379||redis.shop), open for 4.003s`,
      `${AT} idle timeout closed connection 18 to 10.0.0.5:3306 (PassthroughCluster), open for 10s, endpoint not reached`,
      `${AT} idle timeout closed connection 3 to an endpoint that its log does not tell, its beginning is not in the log`,
    ]);
  });

  it("is a record for programs", () => {
    assert.deepEqual(watchRecord("shop", [WEB]), {
      ...{ schemaVersion: 1, namespace: "shop", pods: [WEB] },
    });
  });
});
