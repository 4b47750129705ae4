import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { addProxies } from "../../../lab/commands/proxies.ts";
import { DEFAULT_ENVOY, ENVOYS, parseEnvoy } from "../../../lab/build/envoys.ts";
import type { EnvoyVersion } from "../../../lab/build/envoys.ts";
import type { LabStack } from "../../../lab/use/stack.ts";
import { parseDuration } from "../../../model/duration.ts";
import type { RunRecord } from "../../../model/record.ts";
import type { Verdict } from "../../../report/verdict.ts";
import { devStack, pulumiUp, record, testLab } from "../support.ts";
import { atOnce } from "./atOnce.ts";
import { assertTold } from "./assertTold.ts";
import type { Case, Cases, Scene } from "./case.ts";
import { COUNTED_CASES } from "./countedCases.ts";
import { restartIstiod } from "./istiod.ts";
import { OUTSIDE_CASES } from "./outsideCases.ts";
import { OutsideServer } from "./outsideServer.ts";
import { PacketFilter } from "./packetFilter.ts";
import { ProbePair } from "./probePair.ts";
import { probeTemplate } from "./probeTemplate.ts";
import type { Template } from "./probeTemplate.ts";
import { SEVERAL_CASES } from "./severalCases.ts";
import { SIDECAR_CASES } from "./sidecarCases.ts";

/** The sidecars that all of it is done to, by their Envoy; `npm run test:proxies` names others. */
const PROXIES = (process.env.IDLE_TIMEOUT_TEST_PROXIES ?? DEFAULT_ENVOY).split(",").map(parseEnvoy);

/** The first Envoy whose log tells why it closed a connection. */
const tells = (proxy: EnvoyVersion): boolean => Number(proxy.split(".")[1]) >= 38;

/** Every other sidecar is silent by itself. */
const casesOf = (proxy: EnvoyVersion): Cases => ({
  ...SIDECAR_CASES,
  ...OUTSIDE_CASES,
  ...SEVERAL_CASES,
  ...(tells(proxy) && COUNTED_CASES),
});

/** So many pods with a sidecar start and are measured at once: two cores do no more in time. */
const MOST_PAIRS = 8;

const CLEANUP: (() => Promise<unknown>)[] = [];
const found = new Map<string, RunRecord>();

/** Makes a pair, does to it what a case does, and measures it. */
async function play(
  template: Template,
  packets: PacketFilter,
  name: string,
  { proxy, ...each }: Case & { proxy: EnvoyVersion },
): Promise<RunRecord> {
  const outside = await each.outside(name);
  CLEANUP.push(() => outside.remove());
  const { endpoint, hosts } = outside;
  const known = hosts && { hosts };
  const pair = await ProbePair.create(template, { ...each, ...known, proxy, name, endpoint });
  const scene: Scene = { pair, outside, packets };
  try {
    await each.prepare?.(scene);
    await pair.ready();
    if (each.unwatched !== undefined) {
      await pair.measure(undefined, 1_000);
      await each.unwatched(scene);
    }
    const { inflict } = each;
    return await pair.measure(inflict && (() => inflict(scene)));
  } finally {
    CLEANUP.push(() => pair.remove());
    await pair.end();
  }
}

describe("what ends a connection", () => {
  let stack: LabStack;

  before(async function () {
    this.timeout(900_000);
    await addProxies(testLab(), PROXIES);
    const packets = await PacketFilter.inLab(testLab(), "IDLE-TIMEOUT-CAUSES");
    CLEANUP.push(() => packets.remove());
    const closing = await OutsideServer.start({ afterMs: 7_000, act: "end" });
    CLEANUP.push(() => closing.remove());
    const { endpoint } = closing;
    stack = await devStack("causes", { endpoint, timeout: "20s", observe: "12s" });
    CLEANUP.push(() => stack.remove());
    const up = pulumiUp(stack);
    const template = await probeTemplate("istio-idle-timeout-causes");
    const plays = PROXIES.flatMap((proxy) =>
      Object.entries(casesOf(proxy)).map(([title, each], place) => ({
        ...{ title, proxy, each, name: `causes-${ENVOYS[proxy].split(".")[1]}-${place}` },
      })),
    ).sort((a, b) => parseDuration(b.each.observe) - parseDuration(a.each.observe));
    await Promise.all([
      up,
      atOnce(
        MOST_PAIRS,
        plays.map(({ title, proxy, each, name }) => async () => {
          found.set(`${proxy} ${title}`, await play(template, packets, name, { ...each, proxy }));
        }),
      ),
    ]);
    await restart(template);
  });

  /** A server that closes after istiod was restarted: last, because istiod serves every pair. */
  async function restart(template: Template): Promise<void> {
    const pairs = await Promise.all(
      PROXIES.map(async (proxy, place) => {
        const server = await OutsideServer.start();
        CLEANUP.push(() => server.remove());
        const options = { endpoint: server.endpoint, timeout: "5m", observe: "2m", proxy };
        const pair = await ProbePair.create(template, {
          ...options,
          name: `causes-istiod-${place}`,
        });
        CLEANUP.push(() => pair.remove());
        await pair.ready();
        return { pair, server, proxy };
      }),
    );
    let standing = 0;
    const istiod = new EventEmitter();
    await Promise.all(
      pairs.map(async ({ pair, server, proxy }) => {
        const run = await pair.measure(async () => {
          standing += 1;
          if (standing < pairs.length) {
            await once(istiod, "restarted");
          } else {
            await restartIstiod(pairs.map((one) => one.pair));
            istiod.emit("restarted");
          }
          server.end();
        });
        found.set(`${proxy} istiod`, run);
      }),
    );
  }

  after(async function () {
    this.timeout(300_000);
    const ended = await Promise.allSettled(CLEANUP.map((clean) => clean()));
    const failed = ended.flatMap((one) => (one.status === "rejected" ? [one.reason as Error] : []));
    assert.deepEqual(failed, []);
  });

  it("is a server that closes after 7 s, as a stack exports it, and no idle timeout", async () => {
    const run = await record(stack);
    const ends = { withSidecar: 7, withoutSidecar: 7 };
    assertTold(run, { cause: "serverClosed", sentence: /^The endpoint, .*not the sidecar/, ends });
    const { summary, verdict } = await stack.outputs();
    assert.equal((verdict as Verdict).cause, "serverClosed");
    assert.doesNotMatch(summary as string, /tcp_session_idle_timeout/);
  });

  for (const proxy of PROXIES) {
    describe(`with Envoy ${proxy}, as in Istio ${ENVOYS[proxy]}`, () => {
      for (const [title, { told, untold, check }] of Object.entries(casesOf(proxy))) {
        it(`is ${title}`, () => {
          const run = found.get(`${proxy} ${title}`)!;
          assert.equal(run.envoyVersion, proxy);
          assert.equal(run.istioVersion, ENVOYS[proxy]);
          assertTold(run, tells(proxy) ? told : { ...told, ...untold });
          check?.(run);
        });
      }

      it("is a server that closes after istiod was restarted, and no drain", () => {
        const run = found.get(`${proxy} istiod`)!;
        const ends = { withSidecar: 0, withoutSidecar: 0 };
        const sentence = /closed the connection.*, not the sidecar/;
        assertTold(run, { cause: "serverClosed", sentence, ends, lateness: 110 });
      });
    });
  }
});
