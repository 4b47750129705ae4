import assert from "node:assert/strict";
import fc from "fast-check";
import {
  lawfulIdleTimeoutMs,
  parsePath,
  parseRemedy,
  PATHS,
  REMEDIES,
} from "../../model/remedy.ts";
import type { Remedy } from "../../model/remedy.ts";
import { remedyPlan } from "../../model/remedy.ts";
import type { RemedyPlan } from "../../model/remedy.ts";
import { parseTimeout } from "../../model/timeout.ts";
import { variantProblems } from "../../components/settings/variantProblems.ts";

const HOUR = 3_600_000;

describe("a path and a remedy", () => {
  it("are taken by their names", () => {
    assert.deepEqual(PATHS.map(parsePath), PATHS);
    assert.deepEqual(REMEDIES.map(parseRemedy), REMEDIES);
  });

  it("are refused under every other name, in one line with what is allowed", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom("Passthrough", "envoyFilter ")), (text) => {
        fc.pre(!([...PATHS, ...REMEDIES] as string[]).includes(text));
        for (const [parse, what, allowed] of [
          [parsePath, "a path", PATHS],
          [parseRemedy, "a remedy", REMEDIES],
        ] as const) {
          assert.throws(() => parse(text), {
            message: `${JSON.stringify(text)} is not ${what}; use one of ${allowed.join(", ")}`,
          });
        }
      }),
    );
  });
});

describe("a variant", () => {
  /** Whether each timeout goes with a remedy where the path is the right one. */
  const legal: [remedy: Remedy, timeouts: string[]][] = [
    ["envoyFilter", ["12s", "default", "remove", "off"]],
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
        for (const text of ["12s", "default", "remove", "off"]) {
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
        "timeout: default is nothing that remedy envoyFilterPort could set; set timeout to one of a duration, " +
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
      "timelapse: 360 has no meaning with remedy excludeOutboundPorts, whose connection goes past the sidecar " +
        "and its clock; set timelapse to 1, or remedy to another",
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

describe("lawfulIdleTimeoutMs", () => {
  const lawful: [remedy: Remedy, timeout: string, port: number, noPort: number][] = [
    ["envoyFilter", "12s", 12_000, 12_000],
    ["envoyFilter", "default", HOUR, HOUR],
    ["envoyFilter", "off", 0, 0],
    ["envoyFilterPort", "12s", 12_000, HOUR],
    ["envoyFilterPort", "off", 0, HOUR],
    ["envoyFilterPort", "remove", HOUR, HOUR],
    ["destinationRule", "12s", 12_000, 12_000],
    ["proxyMetadata", "24h", 24 * HOUR, 24 * HOUR],
    ["proxyMetadata", "off", 0, 0],
    ["tcpKeepalive", "default", HOUR, HOUR],
    ["tcpKeepalive", "12s", 12_000, 12_000],
    ["excludeOutboundPorts", "12s", 0, 0],
    ["excludeOutboundPorts", "default", 0, 0],
  ];
  for (const [remedy, text, port, noPort] of lawful) {
    it(`is ${port} ms for ${remedy} ${text} at a listener for the port, else ${noPort} ms`, () => {
      const variant = { remedy, timeout: parseTimeout(text) };
      assert.equal(lawfulIdleTimeoutMs(variant, true), port);
      assert.equal(lawfulIdleTimeoutMs(variant, false), noPort);
    });
  }
});

describe("remedyPlan", () => {
  const NOTHING: RemedyPlan = {
    filter: { variant: "default" },
    filterMatchesPort: false,
    connectionPool: undefined,
    proxyMetadata: {},
    excludesPort: false,
  };
  const filter = parseTimeout("13.7s");
  const plans: [remedy: Remedy, plan: Partial<RemedyPlan>][] = [
    ["envoyFilter", { filter }],
    ["envoyFilterPort", { filter, filterMatchesPort: true }],
    ["destinationRule", { connectionPool: { idleTimeout: "13.7s" } }],
    ["proxyMetadata", { proxyMetadata: { ISTIO_META_IDLE_TIMEOUT: "13.7s" } }],
    [
      "tcpKeepalive",
      { filter, connectionPool: { tcpKeepalive: { probes: 9, time: "1s", interval: "1s" } } },
    ],
    ["excludeOutboundPorts", { filter, excludesPort: true }],
  ];
  for (const [remedy, plan] of plans) {
    it(`sets or avoids the timeout once for ${remedy}`, () => {
      assert.deepEqual(remedyPlan({ remedy, timeout: filter }), { ...NOTHING, ...plan });
    });
  }

  it("writes never as 0s", () => {
    const timeout = parseTimeout("off");
    assert.deepEqual(remedyPlan({ remedy: "destinationRule", timeout }).connectionPool, {
      idleTimeout: "0s",
    });
    assert.deepEqual(remedyPlan({ remedy: "proxyMetadata", timeout }).proxyMetadata, {
      ISTIO_META_IDLE_TIMEOUT: "0s",
    });
  });
});
