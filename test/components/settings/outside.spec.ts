import assert from "node:assert/strict";
import { kindsOf, outsideOf } from "../../../components/settings/outside.ts";
import { readValues } from "../../../components/settings/readers.ts";
import { stackConfig } from "../../stackConfig.ts";

const outsideFor = (change: Record<string, string>) =>
  outsideOf(readValues({ ...stackConfig(), ...change }).values);

describe("outsideOf", () => {
  it("runs what middleware names where there is no endpoint", () => {
    const outside = outsideFor({ middleware: "mysql,memcached" });
    assert.deepEqual(outside, {
      kind: "servers",
      servers: [
        { kind: "mysql", image: "mariadb:11" },
        { kind: "memcached", image: "memcached:1.6" },
      ],
      externalHost: "192.0.2.1",
    });
    assert.deepEqual(kindsOf(outside), ["mysql", "memcached"]);
  });

  it("takes several endpoints, each with its middleware", () => {
    const endpoint = "a.example.com:6379, b.example.com:3306";
    const outside = outsideFor({ endpoint, middleware: "redis, mysql" });
    assert.deepEqual(outside, {
      kind: "endpoints",
      targets: [
        { middleware: "redis", endpoint: { host: "a.example.com", port: 6379 } },
        { middleware: "mysql", endpoint: { host: "b.example.com", port: 3306 } },
      ],
    });
    assert.deepEqual(kindsOf(outside), ["redis", "mysql"]);
  });

  it("takes several endpoints without middleware, each as tcp", () => {
    const outside = outsideFor({ endpoint: "192.0.2.7:7001,192.0.2.7:7002" });
    assert.deepEqual(outside, {
      kind: "endpoints",
      targets: [7001, 7002].map((port) => ({
        middleware: "tcp",
        endpoint: { host: "192.0.2.7", port },
      })),
    });
    assert.deepEqual(kindsOf(outside), ["tcp", "tcp"]);
  });

  it("is not known where one of its keys could not be read", () => {
    assert.equal(outsideFor({ endpoint: "redis" }), undefined);
    assert.equal(outsideFor({ middleware: "ftp" }), undefined);
  });

  it("runs no server that speaks nothing", () => {
    assert.throws(() => outsideFor({ middleware: "tcp" }), {
      message: "tcp needs an existing endpoint; set endpoint, or another kind",
    });
  });
});
