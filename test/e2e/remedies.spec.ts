import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { EffectiveTimeout } from "../../model/record.ts";
import { CAUSE_NAMES, runVerdict } from "../../report/verdict.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import {
  assertClosedByIdleTimeout,
  assertOpen,
  devStack,
  kubectl,
  listenOutside,
  pulumiUp,
  record,
  sampleOf,
  testLab,
} from "./support.ts";

/** Longer than the timeout of 12 s, so that what stays open has outlived it. */
const OBSERVE_SECONDS = 16;
const HOUR_MS = 3_600_000;

/** A remedy on a path, and what it comes to; each with the stack that measures it. */
interface Case {
  stack: string;
  path: "passthrough" | "serviceEntry";
  /** Listener of a ServiceEntry: that of the endpoint's address, or for a name of every one. */
  listensOn?: string;
  remedy: string;
  source: EffectiveTimeout["source"];
  idleTimeoutMs: number;
  /** The notes of the run. */
  notes: RegExp[];
}

const closes = { source: "configured", idleTimeoutMs: 12_000, notes: [] } as const;

const FIRST: Case[] = [
  {
    ...{ stack: "rem-port", path: "passthrough", remedy: "envoyFilterPort" },
    ...{ source: "envoy-default", idleTimeoutMs: HOUR_MS },
    notes: [/^remedy envoyFilterPort: .* never reaches filter chain virtualOutbound-catchall-tcp /],
  },
  {
    ...{ stack: "rem-rule", path: "serviceEntry", remedy: "destinationRule" },
    ...{ ...closes, notes: [] },
  },
  {
    ...{ stack: "rem-alive", path: "serviceEntry", remedy: "tcpKeepalive", listensOn: "0.0.0.0" },
    ...{ ...closes, notes: [/^remedy tcpKeepalive: .* carry no data/] },
  },
  {
    ...{ stack: "rem-past", path: "passthrough", remedy: "excludeOutboundPorts" },
    ...{ source: "bypassed", idleTimeoutMs: 0, notes: [] },
  },
];

/** What went before is in the cluster until these are measured. */
const THEN: Case[] = [
  {
    ...{ stack: "rem-port", path: "serviceEntry", remedy: "envoyFilterPort" },
    ...{ ...closes, notes: [] },
  },
  {
    ...{ stack: "rem-rule", path: "passthrough", remedy: "envoyFilter" },
    ...{ ...closes, notes: [] },
  },
  {
    ...{ stack: "rem-past", path: "passthrough", remedy: "proxyMetadata" },
    ...{ ...closes, notes: [] },
  },
];

describe("remedies side by side", () => {
  const server = createServer((socket) => socket.on("error", () => undefined).resume());
  const stacks = new Map<string, LabStack>();

  before(async () => {
    const endpoint = await listenOutside(server);
    for (const { stack, listensOn } of FIRST) {
      // One endpoint for all, so that they would meet, but for that with a name: a Redis on the node.
      const outside = listensOn ? { externalHost: `${testLab()}.lab` } : { endpoint };
      stacks.set(stack, await devStack(stack, { ...outside, timeout: "12s" }));
    }
  });

  after(async function () {
    this.timeout(200_000);
    server.close();
    await Promise.all([...stacks.values()].map((stack) => stack.remove()));
  });

  function bringUp(cases: Case[]): void {
    before(async function () {
      this.timeout(300_000);
      await Promise.all(
        cases.map(async ({ stack, path, remedy }) => {
          await stacks.get(stack)!.configure({ path, remedy });
          await pulumiUp(stacks.get(stack)!);
        }),
      );
    });
    for (const each of cases) {
      const found = each.idleTimeoutMs === 12_000 ? "closes at 12 s" : "stays open";
      it(`${each.remedy} on ${each.path}: the connection ${found}`, () => check(each));
    }
  }

  async function check({ listensOn, notes, path, stack, ...expected }: Case): Promise<void> {
    const run = await record(stacks.get(stack)!);
    const { idleTimeoutMs, source } = expected;
    const { effective } = run;
    assert.deepEqual([effective.source, effective.idleTimeoutMs], [source, idleTimeoutMs]);
    const [host = "", port = ""] = run.endpoint.split(":");
    if (source !== "bypassed" && path === "serviceEntry") {
      const known = listensOn
        ? host
        : `endpoint.istio-idle-timeout-${stack}-service-entry.internal`;
      assert.equal(effective.cluster, `outbound|${port}||${known}`);
      assert.equal(effective.listener, `${listensOn ?? host}_${port}`);
    } else {
      assert.equal(effective.cluster, source === "bypassed" ? "" : "PassthroughCluster");
    }
    if (idleTimeoutMs === 12_000) {
      assertClosedByIdleTimeout(run, 12);
    } else {
      assertOpen(run, "withSidecar", OBSERVE_SECONDS);
    }
    assertOpen(run, "withoutSidecar", OBSERVE_SECONDS);
    const verdict = idleTimeoutMs === 12_000 ? "idle timeout" : "still open";
    assert.equal(CAUSE_NAMES[runVerdict(run).cause], verdict);
    const subject = sampleOf(run, "withSidecar");
    assert.deepEqual([subject.notes, subject.voidReasons], [[], undefined]);
    assert.equal(run.notes.length, notes.length, run.notes.join("\n"));
    notes.forEach((note, place) => {
      assert.match(run.notes[place]!, note);
    });
  }

  describe("on new stacks", () => {
    bringUp(FIRST);
  });

  describe("on stacks that had another one", () => {
    bringUp(THEN);

    it("nothing is left of that", async () => {
      const left = await kubectl(
        ...["get", "serviceentries,destinationrules,namespaces", "--all-namespaces"],
        '--output=jsonpath={range .items[*]}{.kind} {.metadata.namespace} {.metadata.name}{"\\n"}{end}',
      );
      assert.doesNotMatch(left, /(rem-rule|rem-past)-service-entry/);
      assert.match(left, /^ServiceEntry istio-idle-timeout-rem-port-service-entry endpoint$/m);
      assert.doesNotMatch(left, /^Namespace {2}istio-idle-timeout-rem-port$/m);
    });
  });
});
