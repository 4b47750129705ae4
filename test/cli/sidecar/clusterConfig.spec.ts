import assert from "node:assert/strict";
import { clusterPath, sendsKeepalive } from "../../../cli/sidecar/clusterConfig.ts";

const NAME = "outbound|6379||redis.example.com";
const cluster = (name: string, upstream_connection_options?: object) => ({
  cluster: { name, ...(upstream_connection_options && { upstream_connection_options }) },
});

describe("clusterConfig", () => {
  it("asks for one cluster by a pattern that no other name fits", () => {
    const [, pattern = ""] = /^config_dump\?resource=dynamic_active_clusters&name_regex=(.*)$/.exec(
      clusterPath(NAME),
    )!;
    const regex = new RegExp(`^(?:${decodeURIComponent(pattern)})$`);
    assert.match(NAME, regex);
    assert.doesNotMatch("outbound", regex);
    assert.doesNotMatch(NAME.replace("redis.", "redis-"), regex);
  });

  it("finds keep-alive where the cluster itself has it", () => {
    const probed = { tcp_keepalive: { keepalive_time: 1 } };
    assert.equal(sendsKeepalive({ configs: [cluster(NAME, probed)] }, NAME), true);
    assert.equal(sendsKeepalive({ configs: [cluster(NAME, { tcp_keepalive: {} })] }, NAME), true);
    assert.equal(sendsKeepalive({ configs: [cluster(NAME, {})] }, NAME), false);
    assert.equal(sendsKeepalive({ configs: [cluster(NAME), cluster("x", probed)] }, NAME), false);
    assert.equal(sendsKeepalive({}, NAME), false);
  });
});
