import { counted, logged, OLD, testBlame } from "./judging.ts";

describe("the verdict on a connection that the sidecar closed", () => {
  testBlame([
    [
      "a connection that reached its greatest duration",
      "maxConnectionDuration",
      /greatest duration \(maxConnectionDuration\), idle or not/,
      logged({ closeReason: "max_connection_duration_reached", responseFlags: "DT" }),
    ],
    [
      "a drained configuration, although that makes the figure void",
      "configDrain",
      /its configuration changed/,
      {
        ...logged({ closeReason: "filter_chain_is_being_removed" }),
        voidReasons: ["the filter chain was replaced while the connection was held"],
      },
    ],
    [
      "an endpoint that the sidecar can't reach",
      "unreachable",
      /could not reach the endpoint \(UF,URX\)/,
      logged({ closeReason: "x", responseFlags: "UF,URX" }),
    ],
    [
      "an endpoint that the sidecar had not reached yet, not its idle timeout",
      "unreachable",
      /had not reached the endpoint yet when it closed it \(tcp_session_idle_timeout\)\.$/,
      logged({ upstreamLocal: null }),
    ],
    [
      "the sidecar that never reached an endpoint, although that is gone",
      "unreachable",
      /\(UF,URX\)/,
      logged({ closeReason: "x", responseFlags: "UF,URX" }),
      { unreachableAfter: "ECONNREFUSED x" },
    ],
    [
      "a reason nobody knows",
      "unknown",
      /another reason: sunspots/,
      logged({ closeReason: "sunspots" }),
    ],
    [
      "a connection's greatest duration, by the flag of such a sidecar",
      "maxConnectionDuration",
      /greatest duration/,
      { proxy: { ...OLD, responseFlags: "DT" }, idleTimeouts: counted(0, 0) },
    ],
    [
      "an endpoint that such a sidecar had not reached yet, although its count rose",
      "unreachable",
      /when it closed it \(its version does not log why\)/,
      { proxy: { ...OLD, upstreamLocal: null }, idleTimeouts: counted(0, 1) },
    ],
  ]);
});
