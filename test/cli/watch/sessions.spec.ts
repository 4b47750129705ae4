import assert from "node:assert/strict";
import { parseDebugLine } from "../../../cli/watch/debugLine.ts";
import { addOthers, Sessions } from "../../../cli/watch/sessions.ts";
import type { End } from "../../../cli/watch/sessions.ts";
import { RECORDED, recorded } from "./lines.ts";
import type { Recorded } from "./lines.ts";

const SERVER = {
  cluster: "outbound|7000||server.watched.svc.cluster.local",
  endpoint: "server.watched.svc.cluster.local:7000",
};

describe("the connections in a sidecar's log", () => {
  const read = (lines: readonly string[]) => {
    const sessions = new Sessions();
    const closes = lines.flatMap((line) => {
      const debug = parseDebugLine(line);
      assert.ok(debug, line);
      return sessions.take(debug) ?? [];
    });
    return { closes, others: sessions.others() };
  };
  const of = (envoy: Recorded, title: string): string[] =>
    recorded(envoy)[title] ?? assert.fail(title);

  for (const [envoy, passthrough, service, unreached] of [
    [
      "1.36.4",
      { at: "2026-11-25T10:48:13.983219Z", connection: "9", openMs: 4001 },
      { at: "2026-11-25T10:48:20.202123Z", connection: "12", openMs: 4004 },
      { at: "2026-11-25T10:48:42.923379Z", connection: "29", openMs: 4011 },
    ],
    [
      "1.40.0",
      { at: "2026-11-25T10:49:35.919908Z", connection: "15", openMs: 3998 },
      { at: "2026-11-25T10:49:42.164269Z", connection: "17", openMs: 4003 },
      { at: "2026-11-25T10:50:11.510273Z", connection: "35", openMs: 4008 },
    ],
  ] as const) {
    it(`are idle closes of Envoy ${envoy} where it says so`, () => {
      const [here, there] = ["10.244.0.5:7000", "10.244.0.250:80"];
      const lines = ["idle passthrough", "idle service", "blackhole"].flatMap((t) => of(envoy, t));
      assert.deepEqual(read(lines), {
        closes: [
          {
            ...{ ...passthrough, connected: true },
            ...{ cluster: "PassthroughCluster", endpoint: here, address: here },
          },
          { ...service, ...SERVER, connected: true, address: "10.96.238.106:7000" },
          {
            ...{ ...unreached, connected: false },
            ...{ cluster: "PassthroughCluster", endpoint: there, address: there },
          },
        ],
        others: [],
      });
    });
  }

  const ends: Record<string, Record<Recorded, End>> = {
    "server fin": { "1.36.4": "notTold", "1.40.0": "applicationEnded" },
    "server rst": { "1.36.4": "notTold", "1.40.0": "notTold" },
    "client fin": { "1.36.4": "notTold", "1.40.0": "applicationEnded" },
    "client rst": { "1.36.4": "notTold", "1.40.0": "notTold" },
    "client killed": { "1.36.4": "notTold", "1.40.0": "applicationEnded" },
    "client writes 2": { "1.36.4": "notTold", "1.40.0": "applicationEnded" },
    "refused passthrough": { "1.36.4": "notConnected", "1.40.0": "notConnected" },
    "max duration": { "1.36.4": "maxConnectionDuration", "1.40.0": "maxConnectionDuration" },
    drained: { "1.36.4": "notTold", "1.40.0": "notTold" },
  };
  for (const envoy of RECORDED) {
    for (const [title, end] of Object.entries(ends)) {
      it(`are no idle close of Envoy ${envoy}: ${title}`, () => {
        const { closes, others } = read(of(envoy, title));
        assert.deepEqual(closes, []);
        assert.deepEqual(
          others.map((each) => [each.end, each.count]),
          [[end[envoy], 1]],
        );
      });
    }
  }

  it("are counted by where they went and how they ended", () => {
    const lines = Object.keys(ends).flatMap((title) => of("1.40.0", title));
    assert.deepEqual(read(lines).others, [
      {
        cluster: "PassthroughCluster",
        ...{ endpoint: "10.244.0.5:7999", end: "notConnected", count: 1 },
      },
      { ...SERVER, end: "applicationEnded", count: 3 },
      { ...SERVER, end: "maxConnectionDuration", count: 1 },
      { ...SERVER, end: "notTold", count: 2 },
      ...[7001, 7002].map((port) => ({
        cluster: SERVER.cluster.replace("7000", String(port)),
        endpoint: SERVER.endpoint.replace("7000", String(port)),
        end: port === 7001 ? "applicationEnded" : "notTold",
        count: 1,
      })),
    ]);
  });

  it("are idle closes without age and endpoint where their beginning is not in the log", () => {
    const [last = ""] = of("1.40.0", "idle service").slice(-1);
    const found = { at: "2026-11-25T10:49:42.164269Z", connection: "17" };
    assert.deepEqual(read([last]), { closes: [found], others: [] });
  });

  it("are counted where only their end is in the log", () => {
    const [last = ""] = of("1.40.0", "client fin").slice(-1);
    assert.deepEqual(read([last]), { closes: [], others: [{ end: "applicationEnded", count: 1 }] });
  });

  it("are idle closes also when the application has ended its side before", () => {
    const lines = of("1.40.0", "client fin");
    const [timedOut = ""] = of("1.40.0", "idle service").slice(-1);
    const { closes, others } = read([...lines, timedOut.replace('"17"', '"24"')]);
    assert.deepEqual([closes.length, others], [1, []]);
    assert.equal(closes[0]?.endpoint, SERVER.endpoint);
  });

  it("are counted, and no more, where there are too many to remember", () => {
    const sessions = new Sessions(undefined, 3);
    const [at, thread] = ["2026-11-25T10:49:42.164269Z", "1"];
    for (let id = 1; id <= 4; id++) {
      sessions.take({ at, thread, connection: String(id), text: "new tcp proxy session" });
    }
    assert.deepEqual(sessions.others(), [{ end: "notConnected", count: 4 }]);
    const timedOut = (connection: string) =>
      sessions.take({ at, thread, connection, text: "Session timed out" });
    assert.deepEqual(timedOut("1"), { at, connection: "1" });
    assert.deepEqual(timedOut("2"), { at, connection: "2", openMs: 0, connected: false });
  });
});

describe("addOthers", () => {
  it("adds those that are alike", () => {
    assert.deepEqual(
      addOthers([
        { ...SERVER, end: "notTold", count: 1 },
        { end: "notTold", count: 4 },
        { ...SERVER, end: "notTold", count: 2 },
      ]),
      [
        { end: "notTold", count: 4 },
        { ...SERVER, end: "notTold", count: 3 },
      ],
    );
  });
});
