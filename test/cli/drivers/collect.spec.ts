import assert from "node:assert/strict";
import { collectDrivers } from "../../../cli/drivers/collect.ts";
import { driverSummary } from "../../../report/driverSummary.ts";
import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import type { Kubectl } from "../../../cli/cluster/kubectl.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { VirtualClock } from "../virtualClock.ts";
import { INVALID_CONNECTION, row } from "./rows.ts";

const RUN = "0123456789";
const asked = { run: RUN, idleTimeoutMs: 12_000, idleMs: 15_000, containers: ["go"] };

const lost = row({
  case: "no liveness check",
  first: INVALID_CONNECTION,
  connections: [
    { openedMs: -3, localPort: 40_001 },
    { openedMs: 15_001, localPort: 40_002 },
  ],
});
const kept = row({ case: "no liveness check" });
const entry = JSON.stringify({
  log: "istio-idle-timeout",
  start: "2026-01-02T03:04:05.678Z",
  duration_ms: 12_003,
  close_reason: "tcp_session_idle_timeout",
  source: "10.244.0.9:40001",
});

function pod(sidecar: boolean, containers = sidecar ? ["go", "istio-proxy"] : ["go"]) {
  const labels = {
    "app.kubernetes.io/name": "drivers",
    "istio-idle-timeout/sidecar": String(sidecar),
  };
  return {
    metadata: { name: sidecar ? "with" : "without", labels },
    spec: { containers: containers.map((name) => ({ name })) },
  };
}

/** The logs that a container has from some moment on, by pod and container. */
type Logs = Record<string, { fromMs: number; text: string }>;

const logs: Logs = {
  "with/go": { fromMs: 17_000, text: `${JSON.stringify(lost)}\n{"cases":1}\n` },
  "without/go": { fromMs: 16_000, text: `a line\n${JSON.stringify(kept)}\n{"cases":1}\n` },
  "with/istio-proxy": { fromMs: 0, text: `2026 info\n${entry}\n` },
};

function world(pods: unknown[], known: Logs = logs, fail = 0) {
  const clock = new VirtualClock();
  let failures = fail;
  const kubectl: Kubectl = (args) => {
    if (args[0] === "get") {
      assert.ok(args.includes(`istio-idle-timeout/run=${RUN}`), args.join(" "));
      return Promise.resolve(JSON.stringify({ items: pods }));
    }
    const [command, name, option, container] = args;
    assert.deepEqual([command, option], ["logs", "--container"]);
    if (failures-- > 0) {
      return Promise.reject(new KubectlError(args, "the connection was lost"));
    }
    const log = known[`${name}/${container}`];
    return Promise.resolve(log !== undefined && clock.nowMs() >= log.fromMs ? log.text : "");
  };
  return { kubectl, clock, report: () => undefined };
}

const both = [pod(true), pod(false)];

describe("collecting what drivers did", () => {
  it("waits for the programs, and finds the sidecar's own words on the connections", async () => {
    const record = await collectDrivers(world(both), asked);
    assert.deepEqual(record, {
      schemaVersion: 1,
      run: RUN,
      idleTimeoutMs: 12_000,
      idleMs: 15_000,
      rows: [
        {
          probe: "withSidecar",
          ...lost,
          connections: [
            {
              openedMs: -3,
              localPort: 40_001,
              proxy: { durationMs: 12_003, closeReason: "tcp_session_idle_timeout" },
            },
            { openedMs: 15_001, localPort: 40_002 },
          ],
        },
        { probe: "withoutSidecar", ...kept },
      ],
    });
  });

  it("is told as a table", async () => {
    assert.deepEqual(driverSummary(await collectDrivers(world(both), asked)).split("\n"), [
      "after 15s without a request, with an idle timeout of 12s:",
      "driver    case               effect      first request                                      second    opened  no sidecar",
      "--------  -----------------  ----------  -------------------------------------------------  --------  ------  --------------------------------",
      'go-mysql  no liveness check  fails once  "invalid connection" (mysql.ErrInvalidConn), 0 ms  ok, 1 ms  2       nothing: its connection lives on',
    ]);
  });

  it("asks again when a question gets lost", async () => {
    const record = await collectDrivers(world(both, logs, 2), asked);
    assert.equal(record.rows.length, 2);
  });

  it("says which program came to no end, and its last line", async () => {
    const stuck = { ...logs, "without/go": { fromMs: 0, text: "drivers: no such file\n" } };
    await assert.rejects(collectDrivers(world(both, stuck), asked), (error: Error) => {
      assert.ok(error instanceof MeasureError);
      assert.equal(
        error.message,
        "the program go in the pod without sidecar, without, did not come to an end within 1m45s; its last " +
          "line: drivers: no such file",
      );
      return true;
    });
  });

  it("is no measurement where something was in the way of one", async () => {
    const { first, second, ...none } = kept;
    assert.ok(first && second);
    const lines = [lost, { ...none, problem: "the request before the idle time failed: EOF" }];
    const text = [...lines, { cases: 2 }].map((line) => `${JSON.stringify(line)}\n`).join("");
    const refused = { ...logs, "without/go": { fromMs: 0, text } };
    await assert.rejects(collectDrivers(world(both, refused), asked), (error: Error) => {
      assert.ok(error instanceof MeasureError);
      assert.equal(
        error.message,
        "go-mysql, no liveness check, without sidecar: the request before the idle time failed: EOF; start the server " +
          "or correct endpoint and credentials: the programs try again, and pulumi up collects what they find",
      );
      return true;
    });
  });

  it("refuses pods that are not what they should be", async () => {
    await assert.rejects(collectDrivers(world([pod(false)]), asked), {
      message:
        "no pod of the run has the labels app.kubernetes.io/name=drivers,istio-idle-timeout/sidecar=true; run " +
        "pulumi up again",
    });
    await assert.rejects(collectDrivers(world([pod(true, ["go"]), pod(false)]), asked), {
      message:
        "pod with has no istio-proxy container; check that istiod runs, and the injection labels of namespace and pod",
    });
    await assert.rejects(
      collectDrivers(world([pod(true), pod(false, ["go", "istio-proxy"])]), asked),
      /pod without has an istio-proxy container/,
    );
  });
});
