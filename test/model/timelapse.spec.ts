import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseTimelapse, timelapseRequest, toWallMs } from "../../model/timelapse.ts";

describe("parseTimelapse", () => {
  for (const [text, factor] of [
    ["1", 1],
    ["2", 2],
    ["360", 360],
    ["060", 60],
  ] as const) {
    it(`takes ${text}`, () => {
      assert.equal(parseTimelapse(text), factor);
    });
  }

  for (const text of ["", "0", "-1", "1.5", "361", "x2", "1e2", "NaN", "99999999999"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseTimelapse(text), {
        message: `${JSON.stringify(text)} is not a whole number from 1, which is real time, to 360`,
      });
    });
  }
});

describe("toWallMs", () => {
  it("divides by the speed", () => {
    assert.equal(toWallMs(3_600_000, 360), 10_000);
    assert.equal(toWallMs(3_600_000, 1), 3_600_000);
  });
});

describe("timelapseRequest", () => {
  it("asks for the image, the shim and its speed", () => {
    assert.deepEqual(timelapseRequest(360, "localhost:5000/proxy@sha256:0"), {
      proxyImage: "localhost:5000/proxy@sha256:0",
      proxyMetadata: {
        LD_PRELOAD: "/usr/local/lib/istio-idle-timeout/timelapse.so",
        TIMELAPSE_FACTOR: "360",
      },
    });
  });

  it("names the shim as the Dockerfile places it, and its variable as the shim reads it", () => {
    const dockerfile = readFileSync("app/timelapse/Dockerfile", "utf8");
    assert.match(dockerfile, / \/usr\/local\/lib\/istio-idle-timeout\/timelapse\.so$/m);
    assert.match(readFileSync("app/timelapse/timelapse.c", "utf8"), /getenv\("TIMELAPSE_FACTOR"\)/);
  });
});
