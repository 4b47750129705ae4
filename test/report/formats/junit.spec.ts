import assert from "node:assert/strict";

import { compareRun } from "../../../report/comparison.ts";
import { junitXml } from "../../../report/formats/junit.ts";
import { control, measurement, runRecord } from "../../cli/records.ts";

describe("JUnit XML", () => {
  const LATE = runRecord({ samples: [measurement({ heldMs: 10_700 }), control()] });

  it("has a case for each test of each stack, with why it fails", () => {
    const ping = { mode: "ping", end: "open", heldMs: 14_000, proxy: null } as const;
    const several = runRecord({
      samples: [...runRecord().samples, measurement(ping), control({ mode: "ping" })],
    });
    assert.equal(
      junitXml([compareRun("fine", several), compareRun("late", LATE)], 500),
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="istio-idle-timeout" tests="3" failures="1" errors="0" skipped="0">
    <testcase classname="fine" name="tcp silent" time="14.000"/>
    <testcase classname="fine" name="tcp ping" time="14.000"/>
    <testcase classname="late" name="tcp silent" time="14.000"><failure message="closed after 10.700 s, which is 0.700 s off 10.000 s, more than 500ms"/></testcase>
  </testsuite>
</testsuites>
`,
    );
  });

  it("skips what is still being measured", () => {
    const running = runRecord({
      runningUntil: "2026-01-02T03:04:19.678Z",
      samples: [measurement({ end: "open", heldMs: 3000, proxy: null, running: true }), control()],
    });
    assert.match(
      junitXml([compareRun("hours", running)], 500),
      /skipped="1">\n.*><skipped message="it is still being measured"\/><\/testcase>/,
    );
  });

  it("shows names and reasons from outside as text", () => {
    const xml = junitXml([{ stack: `a"<b>`, problem: "x\u0000 & 'y'\n\u202ez" }], 500);
    assert.match(
      xml,
      /classname="a&quot;&lt;b&gt;" .*<error message="x\ufffd &amp; &#39;y&#39; \ufffdz"\/>/,
    );
  });
});
