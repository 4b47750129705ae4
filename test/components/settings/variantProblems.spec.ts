import assert from "node:assert/strict";
import { variantProblems } from "../../../components/settings/variantProblems.ts";
import { PATHS } from "../../../model/remedy.ts";
import type { Remedy } from "../../../model/remedy.ts";
import { parseTimeout } from "../../../model/timeout.ts";

describe("variantProblems", () => {
  /** Whether each timeout goes with a remedy where the path is the right one. */
  const legal: [remedy: Remedy, timeouts: string[]][] = [
    ["envoyFilter", ["12s", "default", "remove", "off", "asIs"]],
    ["envoyFilterPort", ["12s", "remove", "off"]],
    ["destinationRule", ["12s", "off"]],
    ["proxyMetadata", ["12s", "off"]],
    ["tcpKeepalive", ["12s", "default", "remove", "off"]],
    ["excludeOutboundPorts", ["12s", "default", "remove", "off"]],
  ];
  const inMesh = ["destinationRule", "tcpKeepalive"];
  for (const [remedy, timeouts] of legal) {
    it(`with ${remedy} is legal with a timeout of ${timeouts.join(", ")}`, () => {
      for (const path of PATHS) {
        for (const text of ["12s", "default", "remove", "off", "asIs"]) {
          const timeout = parseTimeout(text);
          const problems = variantProblems({
            path,
            remedy,
            timeout,
            timelapse: 1,
            targets: 1,
            host: undefined,
          });
          assert.deepEqual(
            problems.map((line) => line.split(":")[0]),
            [
              ...(path === "passthrough" && inMesh.includes(remedy) ? ["remedy"] : []),
              ...(timeouts.includes(text) ? [] : ["timeout"]),
              ...(path === "serviceEntry" && text === "asIs" ? ["path"] : []),
            ],
            `${path} ${text}`,
          );
        }
      }
    });
  }

  it("says which timeouts are allowed", () => {
    assert.deepEqual(
      variantProblems({
        path: "passthrough",
        remedy: "envoyFilterPort",
        timeout: { variant: "default" },
        timelapse: 1,
        targets: 1,
        host: undefined,
      }),
      [
        "timeout: remedy envoyFilterPort can not set default; set timeout to one of a duration, " +
          "remove, off, or remedy to envoyFilter",
      ],
    );
  });

  it("has no use for a faster clock where it goes past the sidecar", () => {
    const variant = {
      path: "passthrough",
      remedy: "excludeOutboundPorts",
      timeout: parseTimeout("12s"),
      targets: 1,
      host: undefined,
    } as const;
    assert.deepEqual(variantProblems({ ...variant, timelapse: 1 }), []);
    assert.deepEqual(variantProblems({ ...variant, timelapse: 360 }), [
      "timelapse: 360 has no effect with remedy excludeOutboundPorts, whose connection bypasses the sidecar and its " +
        "clock; set timelapse to 1, or remedy to another",
    ]);
  });

  it("takes hosts of a ServiceEntry as Istio does", () => {
    const hostProblems = (name: string) =>
      variantProblems({
        path: "serviceEntry",
        remedy: undefined,
        timeout: undefined,
        timelapse: undefined,
        targets: 1,
        host: { key: "endpoint", name },
      }).length;
    for (const name of [
      "redis.example.com",
      "Redis.example.com.",
      "redis",
      "10.0.0.5",
      "2001:db8::5",
    ]) {
      assert.equal(hostProblems(name), 0, name);
    }
    for (const name of ["my_redis.example.com", "-a.example", "a-.example"]) {
      assert.equal(hostProblems(name), 1, name);
    }
  });

  it("of which nothing could be read has no problems of its own", () => {
    assert.deepEqual(
      variantProblems({
        path: undefined,
        remedy: undefined,
        timeout: undefined,
        timelapse: undefined,
        targets: 1,
        host: undefined,
      }),
      [],
    );
  });
});
