import assert from "node:assert/strict";
import { watchPod } from "../../../cli/watch/watchPod.ts";
import type { IdleClose } from "../../../cli/watch/sessions.ts";
import { FakeSidecar } from "./fakeSidecar.ts";
import { recorded, stamped } from "./lines.ts";

describe("the watch of a pod", () => {
  let sidecar: FakeSidecar;
  let over: AbortController;
  let reported: string[];
  let told: IdleClose[];
  const idle = (recorded("1.40.0")["idle service"] ?? []).map(stamped);
  const end = () => {
    over.abort();
  };

  beforeEach(() => {
    sidecar = new FakeSidecar();
    over = new AbortController();
    reported = [];
    told = [];
  });

  const watch = (lastLine = "", kubectl = sidecar.kubectl) => {
    const { kubectl: undo, clock, followLog } = sidecar;
    const world = {
      ...{ kubectl, undo, clock, undoClock: clock, followLog, over: over.signal },
      report: (line: string) => reported.push(line),
      tell: (_: string, close: IdleClose) => told.push(close),
    };
    return watchPod(world, { pod: "web", containerId: sidecar.containerId, lastLine });
  };

  it("tells closes at once, and restores the level", async () => {
    sidecar.follows = [
      async (say) => {
        assert.equal(sidecar.level, "debug");
        idle.forEach(say);
        assert.equal(told.length, 1);
        await sidecar.clock.sleep(60_000);
        end();
      },
    ];
    const seen = await watch("2026-11-25T10:00:00.000000001Z ready");
    assert.deepEqual(sidecar.followed, [
      [
        ...["web", "--container", "istio-proxy", "--timestamps"],
        ...["--since-time", "2026-11-25T10:00:00Z"],
      ],
    ]);
    assert.deepEqual(seen, {
      ...{ pod: "web", watchedMs: 60_000, closes: told, others: [], notes: [] },
      log: { lines: 7, bytes: 1263 },
    });
    assert.deepEqual(reported, ["web: watching; its log level will be warning again"]);
    assert.equal(sidecar.level, "warning");
  });

  it("reads what kubectl had not handed over when it ended", async () => {
    sidecar.follows = [
      (say) => {
        idle.slice(0, 6).forEach(say);
        end();
      },
    ];
    sidecar.log = idle.slice(-2);
    const { closes, notes } = await watch();
    assert.deepEqual([closes.length, told.length, notes], [1, 1, []]);
    assert.equal(closes[0]?.openMs, 4003);
  });

  it("says that an earlier watch had left the level raised", async () => {
    sidecar.level = "debug";
    sidecar.runtime["istio_idle_timeout.watch"] = "info";
    sidecar.follows = [end];
    await watch();
    assert.deepEqual(reported, [
      "web: an earlier watch had left its log level raised; it will be info again",
    ]);
    assert.equal(sidecar.level, "info");
  });

  it("reads on where the log was interrupted", async () => {
    sidecar.follows = [
      (say) => {
        idle.slice(0, 6).forEach(say);
      },
      (say) => {
        idle.slice(5).forEach(say);
        end();
      },
    ];
    const { closes, notes, log } = await watch();
    assert.deepEqual(sidecar.followed[1]?.slice(-2), ["--since-time", "2026-11-25T10:49:38Z"]);
    assert.deepEqual([closes.length, log.lines], [1, 7]);
    assert.deepEqual(notes, [
      "the log was interrupted and read on: lines that were rotated away meanwhile are missing",
    ]);
  });

  it("tries again until the sidecar answers, and says once that it does not", async () => {
    let tries = 0;
    sidecar.follows = [
      () => {
        sidecar.failure = () => (++tries < 5 ? "connection refused" : undefined);
      },
      end,
    ];
    await watch();
    assert.deepEqual(reported.slice(1), [
      "web: does not answer, trying again: kubectl get pod: connection refused",
    ]);
    assert.equal(sidecar.followed.length, 2);
    assert.equal(sidecar.level, "warning");
  });

  it("raises the level of a sidecar that was started again, and says so", async () => {
    sidecar.follows = [
      (say) => {
        idle.slice(0, 6).forEach(say);
        sidecar.restart();
      },
      () => {
        assert.equal(sidecar.level, "debug");
        end();
      },
    ];
    const { others, notes } = await watch();
    assert.deepEqual(
      others.map(({ end, count }) => [end, count]),
      [["notTold", 1]],
    );
    assert.deepEqual(notes, [
      "the sidecar was started again: what it wrote until its log level was raised again is missing",
    ]);
    assert.equal(sidecar.level, "warning");
  });

  it("takes no beginning from before the mark was lost", async () => {
    sidecar.follows = [
      (say) => {
        idle.slice(0, 6).forEach(say);
        sidecar.restart();
        sidecar.containerId = "containerd://1";
      },
      (say) => {
        idle.slice(6).forEach(say);
        end();
      },
    ];
    const { closes } = await watch();
    assert.deepEqual(closes, [{ at: "2026-11-25T10:49:42.164269Z", connection: "17" }]);
  });

  it("takes beginnings along where the level alone was lowered", async () => {
    sidecar.follows = [
      (say) => {
        idle.slice(0, 6).forEach(say);
        sidecar.level = "warning";
      },
      (say) => {
        idle.slice(6).forEach(say);
        end();
      },
    ];
    assert.equal((await watch()).closes[0]?.openMs, 4003);
  });

  it("raises the level by requests that an interruption does not cut short", async () => {
    end();
    await watch("", () => Promise.reject(new Error("interrupted")));
    assert.deepEqual([sidecar.level, sidecar.mark], ["warning", ""]);
    assert.ok(sidecar.commands.some((command) => command.includes("paths=filter:debug")));
  });

  for (const when of ["while it goes on", "at its end"]) {
    it(`says that somebody lowered the level: ${when}`, async () => {
      const lower = () => {
        sidecar.level = "warning";
        sidecar.runtime = {};
      };
      sidecar.follows =
        when === "at its end"
          ? [
              () => {
                lower();
                end();
              },
            ]
          : [lower, end];
      assert.deepEqual((await watch()).notes, [
        "the log level was lowered meanwhile, by somebody else or as the sidecar was started again: closes may be missing",
      ]);
      assert.equal(sidecar.level, "warning");
    });
  }

  it("ends when the pod has gone", async () => {
    sidecar.follows = [
      () => {
        sidecar.failure = () => 'Error from server (NotFound): pods "web" not found';
      },
    ];
    const { notes, unrestored } = await watch();
    assert.deepEqual(notes, ["the pod has gone: what its sidecar wrote last may be missing"]);
    assert.equal(unrestored, undefined);
  });

  it("says why it could not raise the level, and tries to restore it", async () => {
    sidecar.failure = (command) => (command.includes("paths=filter:debug") ? "refused" : undefined);
    const { problem, unrestored } = await watch();
    assert.equal(problem, "kubectl exec web: refused");
    assert.equal(unrestored, undefined);
    assert.equal(sidecar.mark, "");
    assert.deepEqual(sidecar.followed, []);
  });

  it("says after ten seconds that it could not restore the level", async () => {
    sidecar.follows = [
      () => {
        sidecar.failure = () => "connection refused";
        end();
      },
    ];
    const { unrestored, notes } = await watch();
    assert.equal(unrestored, "connection refused");
    assert.equal(sidecar.clock.nowMs(), 10_000);
    assert.deepEqual(notes, [
      "the end of the log could not be read: the last closes may be missing",
    ]);
  });
});
