import assert from "node:assert/strict";
import type { DisconnectSeconds } from "../../report/summary.ts";
import { LabStack } from "../../lab/use/stack.ts";
import { assertOpen, devStack, kubectl, pulumiUp, record, sampleOf, testLab } from "./support.ts";

const FACTOR = 360;

describe("a time-lapse at x360", () => {
  const stacks = new Map<string, LabStack>();
  const stack = (name: string): LabStack => stacks.get(name)!;

  before(async function () {
    this.timeout(300_000);
    stacks.set("default", await LabStack.prepare(testLab(), "default-x360"));
    stacks.set("2h", await devStack("e2e-2h-x360", { timeout: "2h", timelapse: String(FACTOR) }));
    await Promise.all([...stacks.values()].map((each) => pulumiUp(each)));
  });

  after(async function () {
    this.timeout(120_000);
    await Promise.all([...stacks.values()].map((made) => made.remove()));
  });

  for (const [name, hours, source] of [
    ["default", 1, "envoy-default"],
    ["2h", 2, "configured"],
  ] as const) {
    it(`closes ${name} after ${hours} h by the sidecar's clock, at its real configured value`, async () => {
      const run = await record(stack(name));
      assert.deepEqual(run.timelapse, { factor: FACTOR });
      assert.equal(run.effective.idleTimeoutMs, hours * 3_600_000);
      assert.equal(run.effective.source, source);
      const sample = sampleOf(run, "withSidecar");
      assert.equal(sample.end, "fin");
      assert.equal(sample.proxy?.closeReason, "tcp_session_idle_timeout");
      assert.deepEqual(sample.notes, []);
      const { factor, proxyMs, wallMs } = sample.timelapse!;
      assert.equal(factor, FACTOR);
      assert.equal(proxyMs, sample.proxy.durationMs);
      assert.equal(wallMs, sample.heldMs);
      // By the sidecar's clock the login takes long, too.
      const idleMs = proxyMs - (sample.lastByteMs ?? 0) * FACTOR;
      const apart = Math.abs(idleMs / run.effective.idleTimeoutMs - 1);
      assert.ok(apart <= 0.01, `${proxyMs} ms by the sidecar's clock`);
      assertOpen(run, "withoutSidecar", hours * 10 + 4);
    });

    it(`shows factor, proxy's time and wall time of ${name}`, async () => {
      const { disconnectSeconds, summary } = await stack(name).outputs();
      const { withSidecar, withoutSidecar } = disconnectSeconds as DisconnectSeconds;
      assert.ok(typeof withSidecar === "object" && withSidecar !== null);
      assert.deepEqual(Object.keys(withSidecar).sort(), [
        "proxySeconds",
        "timelapse",
        "wallSeconds",
      ]);
      assert.equal(withoutSidecar, null);
      const lines = summary as string;
      assert.match(
        lines,
        /with sidecar: closed after \d+\.\d{3} s at x360 \(\d+\.\d{3} s of wall time/,
      );
      assert.match(lines, /without sidecar: open for >= \d+(\.\d+)? s \(lower bound\)/);
    });
  }

  it("reaches the sidecars of its own pods only, with the image the mesh uses below", async () => {
    const images = await kubectl(
      ...["get", "pods", "-A", "-o"],
      "jsonpath={range .items[*].spec.initContainers[?(@.name=='istio-proxy')]}{.image}{'\\n'}{end}",
    );
    const lapsed = images
      .trim()
      .split("\n")
      .filter((image) => image.includes("timeout-proxy@"));
    assert.equal(lapsed.length, 2, images);
    // One name for equal content. Built by two stacks at once, it can have two digests: the
    // classic builder writes the time of each build into the image.
    assert.equal(new Set(lapsed.map((image) => image.split("@")[0])).size, 1);
  });

  it("changes and measures nothing on a second up", async () => {
    await stack("default").run(["preview", "--expect-no-changes"]);
  });
});
