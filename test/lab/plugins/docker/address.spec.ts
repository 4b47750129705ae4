import assert from "node:assert/strict";
import { parseDaemonAddress } from "../../../../lab/plugins/docker/address.ts";

describe("a daemon's address", () => {
  it("is a socket or a host and port", () => {
    assert.deepEqual(parseDaemonAddress("unix:///run/d.sock"), { socketPath: "/run/d.sock" });
    assert.deepEqual(parseDaemonAddress("tcp://10.0.0.1:2376"), { host: "10.0.0.1", port: 2376 });
    assert.deepEqual(parseDaemonAddress("tcp://h"), { host: "h", port: 2375 });
    assert.deepEqual(parseDaemonAddress("tcp://[::1]:1"), { host: "::1", port: 1 });
  });
});
