import assert from "node:assert/strict";
import fc from "fast-check";
import type { DriverRecord } from "../../../../model/driverRecord.ts";
import { htmlPage } from "../../../../report/page/html.ts";
import { markdownPage } from "../../../../report/page/markdown.ts";
import { reportPage } from "../../../../report/page/page.ts";
import { makeNames } from "../../../../report/page/redact/names.ts";
import { redact } from "../../../../report/page/redact/redact.ts";
import { control, measurement, runRecord } from "../../../cli/records.ts";
import { reported } from "../reporting.ts";

/** What must not be left anywhere. */
const SECRETS = [
  ...["acme", "10.1.2.3", "10.9.8.7", "fd00::7", "fd00:0:0:1::9", "orders", "web-7f9c", "node-b7"],
  ...["billing", "alice", "vault"],
];

const DRIVERS: DriverRecord = {
  ...{ schemaVersion: 1, run: "1-a", idleTimeoutMs: 12_000, idleMs: 15_000 },
  rows: [
    {
      ...{ probe: "withSidecar", driver: "go-redis", version: "go-redis 9", case: "defaults" },
      ...{ settings: ["Addr=redis.acme.example:6379"], idleMs: 15_000 },
      first: {
        ...{ outcome: "error", ms: 1 },
        error: {
          name: "net.OpError",
          message: "read tcp 10.1.2.3:4->redis.acme.example:6379: EOF",
        },
      },
      second: { outcome: "ok", ms: 2 },
      connections: [],
      said: ["alice logged in to billing"],
    },
  ],
};

function recordOf() {
  const effective = {
    ...runRecord().effective,
    ...{ listener: "10.9.8.7_6379", filterChain: "acme-chain" },
    ...{ cluster: "outbound|6379||redis.acme.example", awaitFirstBytes: ["acme.filter"] },
  };
  return runRecord({
    endpoint: "redis.acme.example:6379",
    effective,
    istioVersion: "1.30.2-acme.4",
    nodes: { withSidecar: "node-b7", withoutSidecar: "node-b7.acme.example" },
    notes: [
      "the two pods ran on different nodes (node-b7 and node-b7.acme.example), so their connections may differ",
      `the sidecar's access log could not be read (pods "web-7f9c" is forbidden: User "alice" in "billing")`,
    ],
    samples: [
      measurement({
        ...{ pod: "orders-web-7f9c-x2x1z", host: "redis.acme.example" },
        ...{ localAddress: "10.1.2.3", remoteAddress: "fd00::7", greeting: "welcome to vault" },
        ...{ end: "reset", error: "ECONNRESET redis.acme.example" },
        proxy: {
          ...{ durationMs: 10_001, responseFlags: "-", closeReason: "tcp_session_idle_timeout" },
          ...{ upstreamClose: "Normal", upstreamLocal: "10.1.2.3:555" },
          upstreamCluster: "outbound|6379||redis.acme.example",
        },
        idleTimeouts: {
          name: "tcp.outbound|6379||redis.acme.example.idle_timeout",
          ...{ before: 0, after: 1, due: 1 },
        },
        debugLog: ["[acme] Session timed out 10.1.2.3"],
        notes: [
          "welcome to vault",
          "the sidecar's log has the connection going to 10.9.8.7:6379, not to fd00:0:0:1::9",
        ],
      }),
      control({
        ...{ pod: "orders-control-7f9c-x2x1z", host: "redis.acme.example" },
        ...{ localAddress: "10.1.2.3", remoteAddress: "fd00::7" },
        unreachableAfter: "ENOTFOUND redis.acme.example",
        voidReasons: ["pod orders-web-7f9c-x2x1z of shop/orders can't be reached"],
      }),
    ],
  });
}

describe("redaction", () => {
  const { stacks } = reported({ "acme-prod": recordOf() });
  const page = reportPage(
    redact({
      stacks: stacks.map((stack) => ({ ...stack, drivers: DRIVERS })),
      unreadable: [{ stack: "acme-dev", problem: "no stack named 'acme-dev' in billing" }],
      redacted: false,
    }),
  );

  for (const [format, text] of [
    ["HTML", htmlPage(page)],
    ["Markdown", markdownPage(page)],
  ] as const) {
    it(`leaves no host, address or name in ${format}, the raw record included`, () => {
      assert.deepEqual(
        SECRETS.filter((secret) => text.includes(secret)),
        [],
      );
      assert.match(text, /Hosts, addresses and names are replaced on this page\./);
    });
  }

  it("leaves figures, ports, causes and Envoy's own words", () => {
    const [stack] = redact(reported({ a: recordOf() })).stacks;
    const [subject] = stack!.record.samples;
    assert.deepEqual(
      {
        endpoint: stack!.record.endpoint,
        istio: stack!.record.istioVersion,
        listener: subject!.proxy!.upstreamCluster,
        name: subject!.idleTimeouts!.name,
        error: subject!.error,
        debugLog: subject!.debugLog,
        notes: subject!.notes,
        heldMs: subject!.heldMs,
        closeReason: subject!.proxy!.closeReason,
        gone: stack!.record.samples[1]!.unreachableAfter,
      },
      {
        endpoint: "host-1:6379",
        istio: "1.30.2",
        listener: "cluster-1",
        name: "tcp.cluster-1.idle_timeout",
        error: "ECONNRESET",
        debugLog: ["Session timed out"],
        notes: [
          "(withheld)",
          "the sidecar's log has the connection going to address-3:6379, not to address-4",
        ],
        heldMs: 10_001.6,
        closeReason: "tcp_session_idle_timeout",
        gone: "ENOTFOUND",
      },
    );
  });

  it("replaces the name of a stack, unless that is its timeout", () => {
    const { stacks: named } = redact(reported({ "10s": runRecord(), prod: runRecord() }));
    assert.deepEqual(
      named.map(({ stack }) => stack),
      ["10s", "stack-1"],
    );
  });

  it("keeps a plain record's verdicts", () => {
    const plain = reported({ "10s": runRecord() });
    const [before] = plain.stacks;
    const [after] = redact(plain).stacks;
    assert.equal(after!.tests[0]!.verdict.cause, before!.tests[0]!.verdict.cause);
    assert.equal(after!.tests[0]!.verdict.sentence, before!.tests[0]!.verdict.sentence);
  });

  it("replaces whatever address stands in a text", () => {
    const word = fc.constantFrom("to", "from", "the pod at", "->");
    fc.assert(
      fc.property(word, fc.oneof(fc.ipV4(), fc.ipV6()), word, (before, address, after) => {
        const text = makeNames().text(`${before} ${address} ${after}`);
        assert.ok(!text.includes(address), text);
      }),
    );
  });

  it("replaces what only begins as Istio's or Envoy's own names do", () => {
    assert.equal(
      makeNames().text(
        "istio-shop.acme.example, istio/acme, envoy.acme and envoy.filters.network.tcp_proxy",
      ),
      "name-2, name-1, name-3 and envoy.filters.network.tcp_proxy",
    );
  });

  it("withholds how an endpoint failed to answer, but for the errno", () => {
    const samples = [
      measurement({ end: "open", proxy: null, answer: "ECONNRESET redis.acme.example" }),
      control({ answer: "ok" }),
    ];
    const [stack] = redact(reported({ "10s": runRecord({ samples }) })).stacks;
    assert.deepEqual(
      stack!.record.samples.map(({ answer }) => answer),
      ["ECONNRESET", "ok"],
    );
  });

  it("replaces one name by one word, wherever it stands", () => {
    const names = makeNames();
    assert.equal(names.of("host", "db"), "host-1");
    assert.equal(names.of("pod", "db"), "host-1");
    assert.equal(
      names.text("db to db.example.org, and db again"),
      "host-1 to name-1, and host-1 again",
    );
    assert.equal(
      names.text(
        "closed after 10.002 s at 2026-01-02T03:04:05.678Z (see docs/changes.md, x360, 1.5 MB)",
      ),
      "closed after 10.002 s at 2026-01-02T03:04:05.678Z (see docs/changes.md, x360, 1.5 MB)",
    );
  });
});
