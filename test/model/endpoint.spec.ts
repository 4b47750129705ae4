import assert from "node:assert/strict";
import * as fc from "fast-check";
import { formatEndpoint, parseEndpoint, parseHost } from "../../model/endpoint.ts";

describe("parseEndpoint", () => {
  const accepted: [text: string, host: string, port: number][] = [
    ["redis.example.com:6379", "redis.example.com", 6379],
    ["host_with_underscore:1", "host_with_underscore", 1],
    ["192.0.2.1:65535", "192.0.2.1", 65_535],
    ["[2001:db8::5]:6379", "2001:db8::5", 6379],
  ];
  for (const [text, host, port] of accepted) {
    it(`reads ${text}, and formatEndpoint writes it back`, () => {
      assert.deepEqual(parseEndpoint(text), { host, port });
      assert.equal(formatEndpoint({ host, port }), text);
    });
  }

  const refused = [
    "",
    "redis",
    "redis:",
    ":6379",
    "redis:0",
    "redis:65536",
    "redis:-1",
    "redis:NaN",
  ];
  const unclear = ["a:1:2", "[::1]", "2001:db8::5:6379", "redis://a:6379", "a:6379/0"];
  for (const text of [...refused, ...unclear]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseEndpoint(text),
        /^Error: ".*" is not (an endpoint; use host:port|a DNS name)/,
      );
    });
  }

  it("says how an endpoint is written", () => {
    assert.throws(() => parseEndpoint("redis://cache:6379"), {
      message:
        '"redis://cache:6379" is not an endpoint; use host:port without a scheme and with a port ' +
        "from 1 to 65535, such as redis.example.com:6379 or [2001:db8::5]:6379",
    });
  });

  it("reads back every address it writes", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
        fc.integer({ min: 1, max: 65_535 }),
        (host, port) => {
          assert.deepEqual(parseEndpoint(formatEndpoint({ host, port })), { host, port });
        },
      ),
    );
  });
});

describe("parseHost", () => {
  for (const text of ["host.minikube.internal", "192.0.2.1", "::1", "a", `${"a".repeat(63)}.b`]) {
    it(`takes ${text}`, () => {
      assert.equal(parseHost(text), text);
    });
  }

  for (const text of ["", "a b", "http://a", "a/b", "a..b", "-a", "a".repeat(64)]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseHost(text), {
        message: `${JSON.stringify(text)} is not a DNS name or an IP address`,
      });
    });
  }
});
