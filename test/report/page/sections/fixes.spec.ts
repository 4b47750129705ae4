import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import type { RunRecord } from "../../../../model/record.ts";
import type { Block } from "../../../../report/page/document.ts";
import { fixesSection } from "../../../../report/page/sections/fixes.ts";
import { manifestOf } from "../../../../report/page/sections/manifests.ts";
import { control, DEFAULT_OPEN, measurement, runRecord } from "../../../cli/records.ts";
import { openAt24h, reported } from "../reporting.ts";

const BYPASSED = openAt24h({
  timeout: "10s",
  remedy: "excludeOutboundPorts",
  effective: { idleTimeoutMs: 0, source: "bypassed", listener: "", filterChain: "", cluster: "" },
});

const LATER = runRecord({
  timeout: "13s",
  effective: { ...runRecord().effective, idleTimeoutMs: 13_000 },
  samples: [measurement({ heldMs: 13_001 }), control()],
});

function titles(records: Record<string, RunRecord>): string[] {
  return fixesSection(reported(records).stacks).blocks.flatMap((block) =>
    block.kind === "part" ? [block.title] : [],
  );
}

/** All text of a block. */
function textOf(block: Block): string[] {
  return block.kind === "part"
    ? block.blocks.flatMap(textOf)
    : block.kind === "paragraph" || block.kind === "code"
      ? [block.text]
      : [];
}

describe("the fixes", () => {
  it("come best first, and only those that outlived another stack", () => {
    assert.deepEqual(
      titles({
        past: BYPASSED,
        later: LATER,
        "10s": runRecord(),
        default: DEFAULT_OPEN,
        "24h": openAt24h(),
      }),
      [
        "1. timeout 24h",
        "2. timeout default",
        "3. timeout 10s, remedy excludeOutboundPorts (past)",
        "4. timeout 13s (later)",
      ],
    );
  });

  it("carry their measured effect, the verdict's sentence, their cost and a manifest", () => {
    const [, block] = fixesSection(
      reported({ "10s": runRecord(), "24h": openAt24h() }).stacks,
    ).blocks;
    const [effect, cost, manifest = ""] = textOf(block!);
    assert.equal(
      effect,
      "Measured: timeout 24h: open >= 16 s, where timeout 10s lost them after 10.002 s (FIN). The connection was still " +
        "open when the window ended, which says nothing about later.",
    );
    assert.equal(
      cost,
      "Cost: Applying it is a change of the filter chain: connections that are open then are drained and closed once, " +
        "idle or not.",
    );
    assert.match(manifest, /^apiVersion: networking.istio.io\/v1alpha3\nkind: EnvoyFilter\n/);
    assert.match(manifest, / idle_timeout: 86400s\n/);
  });

  it("name none where nothing was measured to help", () => {
    const section = fixesSection(reported({ "10s": runRecord() }).stacks);
    assert.equal(section.blocks.length, 1);
    assert.match(textOf(section.blocks[0]!)[0]!, /^No stack of this report held idle connections/);
  });

  it("do not count a void figure", () => {
    const { samples } = openAt24h();
    const voided = samples.map((sample) => ({ ...sample, voidReasons: ["x"] }));
    assert.deepEqual(titles({ "10s": runRecord(), "24h": openAt24h({ samples: voided }) }), []);
  });

  it("do not take a difference for one that a busy node makes", () => {
    const { samples } = DEFAULT_OPEN;
    const barely = runRecord({
      timeout: "default",
      samples: samples.map((sample) => ({ ...sample, heldMs: 11_900 })),
    });
    assert.deepEqual(titles({ "10s": runRecord(), default: barely }), []);
  });
});

describe("a manifest", () => {
  const kinds = (changes: Partial<RunRecord>): (string | undefined)[] =>
    loadAll(manifestOf(runRecord(changes))).map((object) => (object as { kind?: string }).kind);

  for (const [changes, expected] of [
    [{ timeout: "asIs" }, []],
    [{ timeout: "default" }, []],
    [{ timeout: "24h" }, ["EnvoyFilter"]],
    [{ timeout: "24h", remedy: "envoyFilterPort" }, ["EnvoyFilter"]],
    [
      { timeout: "24h", remedy: "destinationRule", path: "serviceEntry" },
      ["ServiceEntry", "DestinationRule"],
    ],
    [{ timeout: "24h", remedy: "proxyMetadata" }, [undefined]],
    [{ timeout: "10s", remedy: "excludeOutboundPorts" }, [undefined]],
  ] as [Partial<RunRecord>, (string | undefined)[]][]) {
    it(`of ${changes.remedy ?? "envoyFilter"} with ${changes.timeout} declares what the stack does`, () => {
      assert.deepEqual(kinds(changes), expected);
    });
  }

  it("of EnvoyFilter and DestinationRule is as Istio takes it", async () => {
    const { EnvoyFilter } = await import("@kubernetes-models/istio/networking.istio.io/v1alpha3");
    const { DestinationRule, ServiceEntry } =
      await import("@kubernetes-models/istio/networking.istio.io/v1beta1");
    const [filter] = loadAll(manifestOf(runRecord({ timeout: "off" })));
    new EnvoyFilter(filter as never).validate();
    const [entry, rule] = loadAll(
      manifestOf(runRecord({ timeout: "24h", remedy: "destinationRule", path: "serviceEntry" })),
    );
    new ServiceEntry(entry as never).validate();
    new DestinationRule(rule as never).validate();
    assert.throws(() => {
      new DestinationRule({ ...(rule as object), spec: { host: 1 } } as never).validate();
    });
  });

  it("excludes the endpoint's port", () => {
    assert.equal(
      manifestOf(runRecord({ remedy: "excludeOutboundPorts" })),
      "# in the workload's Deployment\nspec:\n  template:\n    metadata:\n      annotations:\n" +
        "        traffic.sidecar.istio.io/excludeOutboundPorts: '6379'\n",
    );
  });
});
