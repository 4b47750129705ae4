import assert from "node:assert/strict";
import { parseDoctorArguments } from "../../../cli/doctor/arguments.ts";

const COMPLETE = ["--namespace", "shop", "--pod", "web-0", "--endpoint", "redis.example.com:6379"];

describe("the doctor's arguments", () => {
  it("are a namespace, a pod and an endpoint", () => {
    assert.deepEqual(parseDoctorArguments(COMPLETE), {
      namespace: "shop",
      pod: "web-0",
      endpoint: { host: "redis.example.com", port: 6379 },
      json: false,
    });
  });

  it("may name a context and ask for JSON, and a pod as kubectl prints it", () => {
    const argv = [...COMPLETE, "--context", "prod", "--json", "--pod", "pod/web-1"];
    assert.deepEqual(parseDoctorArguments(argv), {
      namespace: "shop",
      pod: "web-1",
      endpoint: { host: "redis.example.com", port: 6379 },
      json: true,
      context: "prod",
    });
  });

  it("may ask for help, whatever else is missing", () => {
    assert.equal(parseDoctorArguments(["--help"]), "help");
  });

  it("are refused with all that is wrong in one line", () => {
    assert.equal(
      parseDoctorArguments(["--endpoint", "redis"]),
      '--namespace is missing; --pod is missing; --endpoint: "redis" is not an endpoint; use host:port ' +
        "without a scheme and with a port from 1 to 65535, such as redis.example.com:6379 or " +
        "[2001:db8::5]:6379",
    );
    const refused = parseDoctorArguments([...COMPLETE, "--wait"]);
    assert.ok(typeof refused === "string");
    assert.match(refused, /^Unknown option '--wait'/);
  });
});
