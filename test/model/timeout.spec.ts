import assert from "node:assert/strict";
import {
  ENVOY_DEFAULT_IDLE_TIMEOUT_MS,
  expectedIdleTimeoutMs,
  formatTimeout,
  parseTimeout,
} from "../../model/timeout.ts";
import type { Timeout } from "../../model/timeout.ts";

describe("parseTimeout", () => {
  const accepted: [text: string, timeout: Timeout, expectedMs: number | undefined][] = [
    ["10s", { variant: "duration", ms: 10_000 }, 10_000],
    ["13.7s", { variant: "duration", ms: 13_700 }, 13_700],
    ["24h", { variant: "duration", ms: 86_400_000 }, 86_400_000],
    ["default", { variant: "default" }, ENVOY_DEFAULT_IDLE_TIMEOUT_MS],
    ["remove", { variant: "remove" }, ENVOY_DEFAULT_IDLE_TIMEOUT_MS],
    ["off", { variant: "off" }, 0],
    ["0s", { variant: "off" }, 0],
    ["asIs", { variant: "asIs" }, undefined],
  ];
  for (const [text, timeout, expectedMs] of accepted) {
    it(`reads ${text} and expects ${expectedMs} ms in the sidecar`, () => {
      assert.deepEqual(parseTimeout(text), timeout);
      assert.equal(expectedIdleTimeoutMs(parseTimeout(text)), expectedMs);
      assert.deepEqual(parseTimeout(formatTimeout(timeout)), timeout);
    });
  }

  it("names the words it takes beside durations", () => {
    assert.throws(() => parseTimeout("Default"), {
      message:
        '"Default" is not a duration; use a Go duration such as 10s, 13.7s, 1h30m or 24h, ' +
        "or one of default, remove, off, asIs",
    });
  });
});
